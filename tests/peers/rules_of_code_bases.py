"""The rules of public code bases, written again in numpy from what was read at the source that a row names.

Each is a function of the letters of its row and of a generator, and gives an array for each of the row's draws. They follow
the procedure of the source, the bounds of a truncated normal and the order of the steps included, and not the row's formula.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace as Letters

import numpy as np
from scipy import stats

N = 60_000  # entries of a tensor that the law alone decides
RULES: dict[str, Callable[[Letters, np.random.Generator], dict[str, np.ndarray]]] = {}


def rule(name: str):
    """Register the rule of the row of that name."""

    def keep(function):
        RULES[name] = function
        return function

    return keep


def normal(rng, std: float, shape=N) -> np.ndarray:
    return rng.normal(0.0, std, shape)


def uniform(rng, bound: float, shape=N) -> np.ndarray:
    return rng.uniform(-bound, bound, shape)


def truncated(rng, std: float, low: float = -2.0, high: float = 2.0, shape=N) -> np.ndarray:
    """As torch.nn.init.trunc_normal_: a normal of that std, cut at the *numbers* low and high, not rescaled."""
    return std * stats.truncnorm.rvs(low / std, high / std, size=shape, random_state=rng)


def orthogonal(rng, gain: float, shape=(240, 240)) -> np.ndarray:
    return gain * stats.ortho_group.rvs(max(shape), random_state=rng)[: shape[0], : shape[1]]


def zeros(size: int = 50) -> np.ndarray:
    return np.zeros(size)


@rule("nanoGPT")
def nanogpt(w, rng):
    found = {
        name: normal(rng, 0.02)
        for name in ("wte = lm_head", "wpe", "attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")
    }
    for name in found:
        if name.endswith("c_proj"):
            found[name] = normal(rng, 0.02 / math.sqrt(2 * w.L))
    return found | {"bias": zeros()}


@rule("GPT-2, as released")
def gpt2(w, rng):
    found = {name: normal(rng, 0.02) for name in ("wte", "attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")}
    return found | {"wpe": normal(rng, 0.01), "bias": zeros()}


@rule("GPT-2, transformers")
def gpt2_transformers(w, rng):
    found = {name: normal(rng, 0.02) for name in ("wte", "wpe", "attn.c_attn", "*.c_proj", "mlp.c_fc")}
    return found | {"*.c_proj": normal(rng, 0.02 / math.sqrt(2 * w.L)), "bias": zeros()}


@rule("LLaMA, transformers")
def llama(w, rng):
    names = ("embed_tokens", "q, k, v_proj", "o_proj", "gate, up_proj", "down_proj", "lm_head")
    return {name: normal(rng, 0.02) for name in names}


@rule("T5, transformers")
def t5(w, rng):
    heads = w.d // w.d_k
    return {
        "shared": normal(rng, 1.0),
        "q": normal(rng, (w.d * w.d_k) ** -0.5),
        "k, v": normal(rng, w.d**-0.5),
        "o": normal(rng, (heads * w.d_k) ** -0.5),
        "wi": normal(rng, w.d**-0.5),
        "wo": normal(rng, w.f**-0.5),
    }


@rule("BERT")
def bert(w, rng):
    # tf.truncated_normal_initializer: what lies beyond two standard deviations is drawn again
    drawn = rng.normal(0, 0.02, 2 * N)
    return {"all weights": drawn[np.abs(drawn) <= 2 * 0.02][:N], "bias": zeros()}


@rule("gpt-neox: small_init, wang_init")
def neox(w, rng):
    return {
        "init_method": normal(rng, math.sqrt(2 / (5 * w.d))),
        "output_layer_init_method": normal(rng, 2 / w.L / math.sqrt(w.d)),
    }


def _olmo(rng, std):
    return truncated(rng, std, -3 * std, 3 * std)


@rule("OLMo: mitchell")
def mitchell(w, rng):
    layer_id = w.l - 1  # counted from 0 there
    return {
        "wte": _olmo(rng, 1 / math.sqrt(w.d)),
        "att_proj, ff_proj": _olmo(rng, 1 / math.sqrt(w.d)),
        "attn_out": _olmo(rng, 1 / math.sqrt(2 * w.d * (layer_id + 1))),
        "block.ff_out": _olmo(rng, 1 / math.sqrt(2 * w.f * (layer_id + 1))),
        "transformer.ff_out": _olmo(rng, 1 / math.sqrt(w.d)),
    }


@rule("OLMo: full_megatron")
def full_megatron(w, rng):
    return {
        "wte": _olmo(rng, 0.02),
        "att_proj, ff_proj": _olmo(rng, 0.02),
        "attn_out, block.ff_out": _olmo(rng, 0.02 / math.sqrt(2 * w.L)),
        "transformer.ff_out": _olmo(rng, 1 / math.sqrt(w.d)),
    }


@rule("nanochat")
def nanochat(w, rng):
    bound = math.sqrt(3) * w.d**-0.5
    return {
        "wte": normal(rng, 0.8),
        "c_q, c_k, c_v": uniform(rng, bound),
        "attn.c_proj": zeros(),
        "mlp.c_fc": uniform(rng, 0.4 * bound),
        "mlp.c_proj": zeros(),
        "lm_head": normal(rng, 0.001),
    }


@rule("litgpt, pretraining")
def litgpt(w, rng):
    return {
        "Linear, Embedding": normal(rng, math.sqrt(2 / 5 / w.d)),
        "attn.proj, mlp.proj": normal(rng, 1 / math.sqrt(w.d) / w.L),
        "bias": zeros(),
    }


@rule("ResNet, torchvision")
def resnet(w, rng):
    # kaiming_normal_(mode="fan_out", nonlinearity="relu"): gain √2 over √fan_out
    found = {"conv*": normal(rng, math.sqrt(2) / math.sqrt(w.n_out)), "bn*.weight": np.ones(50), "bn*.bias": zeros()}
    return found | {"fc.*": uniform(rng, 1 / math.sqrt(w.n_fc))}


@rule("ViT, torchvision")
def vit_torchvision(w, rng):
    return {
        "conv_proj": truncated(rng, math.sqrt(1 / 768)),
        "pos_embedding": normal(rng, 0.02),
        "in_proj_weight": uniform(rng, math.sqrt(6 / (w.d + 3 * w.d))),
        "out_proj.weight": uniform(rng, 1 / math.sqrt(w.d)),
        "mlp.linear_1": uniform(rng, math.sqrt(6 / (w.d + w.f))),
        "mlp.linear_2": uniform(rng, math.sqrt(6 / (w.f + w.d))),
        "mlp.bias": normal(rng, 1e-6),
        "heads.*": zeros(),
    }


@rule("ViT, original")
def vit_original(w, rng):
    patch = stats.truncnorm.rvs(-2, 2, size=N, random_state=rng) / stats.truncnorm(-2, 2).std() * math.sqrt(1 / 768)
    return {
        "embedding": patch,
        "pos_embedding": normal(rng, 0.02),
        "query, key, value": uniform(rng, math.sqrt(6 / (w.d + w.d))),
        "out": uniform(rng, math.sqrt(6 / (w.d + w.d))),
        "Dense_0": uniform(rng, math.sqrt(6 / (w.d + w.f))),
        "Dense_1": uniform(rng, math.sqrt(6 / (w.f + w.d))),
        "Dense_*.bias": normal(rng, 1e-6),
        "head": zeros(),
    }


@rule("ViT, timm")
def vit_timm(w, rng):
    return {
        "patch_embed.*": uniform(rng, 1 / math.sqrt(768)),
        "pos_embed": truncated(rng, 0.02),
        "Linear": truncated(rng, 0.02),
        "Linear.bias": zeros(),
    }


@rule("EfficientNet, timm")
def efficientnet(w, rng):
    channels = 32  # as many groups: depthwise
    fan_out = w.n_out * channels // channels
    found = {"Conv2d": normal(rng, math.sqrt(2.0 / fan_out)), "*.bias": zeros()}
    return found | {"Linear": uniform(rng, 1 / math.sqrt(0 + w.n_classes))}


@rule("Fixup")
def fixup(w, rng):
    he = math.sqrt(2 / w.n_out)
    return {
        "conv1, conv2": normal(rng, he * w.L**-0.25),
        "conv3": zeros(),
        "downsample": normal(rng, he),
        "fc.*": zeros(),
        "scale": np.ones(1),
        "bias*": zeros(1),
    }


@rule("ReZero")
def rezero(w, rng):
    return {
        "linear_layers": normal(rng, math.sqrt(2.0) * math.sqrt(2 / (w.n_in + w.n_out))),
        "*.bias": uniform(rng, 1 / math.sqrt(w.n_in)),
        "resweight": zeros(),
    }


@rule("SIREN")
def siren(w, rng):
    return {
        "first": uniform(rng, 1 / w.n_in),
        "hidden": uniform(rng, math.sqrt(6 / w.n_in) / 30),
        "bias": uniform(rng, 1 / math.sqrt(w.n_in)),
    }


@rule("PPO, baselines")
def ppo_baselines(w, rng):
    def init(gain, shape):
        u, _, v = np.linalg.svd(rng.standard_normal(shape), full_matrices=False)
        return gain * (u if u.shape == shape else v)

    return {
        "mlp_fc*": init(math.sqrt(2), (int(w.n_in), int(w.n_in))),
        "pi": init(0.01, (int(w.n_in), 4)),
        "vf": init(1.0, (int(w.n_in), 1)),
        "bias": zeros(),
    }


@rule("PPO, Stable-Baselines3")
def ppo_sb3(w, rng):
    n = int(w.n_in)
    return {
        "mlp_extractor": orthogonal(rng, math.sqrt(2), (n, n)),
        "action_net": orthogonal(rng, 0.01, (n, 4)),
        "value_net": orthogonal(rng, 1.0, (n, 1)),
        "bias": zeros(),
    }


@rule("RetinaNet, detectron2")
def retinanet(w, rng):
    found = {"subnets, heads": normal(rng, 0.01), "bias": zeros()}
    return found | {"cls_score.bias": np.full(9, -math.log((1 - w.prior) / w.prior))}


@rule("StyleGAN2-ADA, mapping")
def stylegan(w, rng):
    return {"weight": rng.standard_normal(N) / w.m, "bias": zeros()}


@rule("ConvNeXt")
def convnext(w, rng):
    return {"Conv2d, Linear": truncated(rng, 0.02), "bias": zeros(), "gamma": 1e-6 * np.ones(50)}


@rule("LoRA")
def lora(w, rng):
    gain = math.sqrt(2 / (1 + math.sqrt(5) ** 2))  # kaiming_uniform_(a=√5)
    return {
        "lora_A": uniform(rng, math.sqrt(3) * gain / math.sqrt(w.n_in)),
        "lora_B": zeros(),
        "Embedding.lora_A": zeros(),
        "Embedding.lora_B": normal(rng, 1.0),
    }


@rule("Haiku, Linear")
def haiku(w, rng):
    return {"w": stats.truncnorm.rvs(-2, 2, size=N, random_state=rng) / math.sqrt(w.n_in), "b": zeros()}


@rule("NeRF")
def nerf(w, rng):
    return {"kernel": uniform(rng, math.sqrt(6 / (w.n_in + w.n_out))), "bias": zeros()}
