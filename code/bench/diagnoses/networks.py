"""Networks of torch for the cases: what people build, in small."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

# ---- dense -----------------------------------------------------------------------------------------------------------


def mlp(widths, *, activation=nn.ReLU, he=False, gain=None):
    """`gain` times He's standard deviation with zero biases; PyTorch's default without either."""
    layers = []
    for n_in, n_out in zip(widths, widths[1:], strict=False):
        layer = nn.Linear(n_in, n_out)
        if he or gain is not None:
            nn.init.normal_(layer.weight, std=(gain or 1.0) * math.sqrt(2 / n_in))
            nn.init.zeros_(layer.bias)
        layers += [layer, activation()]
    return nn.Sequential(*layers[:-1])


def normalized_mlp(depth, width, norm, gamma=1.0):
    """A normalization and a ReLU behind each layer, and no way around."""
    layers = []
    for _ in range(depth):
        layers += [nn.Linear(width, width), norm(width), nn.ReLU(inplace=True)]
        nn.init.constant_(layers[-2].weight, gamma)
    return nn.Sequential(*layers, nn.Linear(width, 10))


def copied(count, width):
    """One layer, deep-copied: as `nn.TransformerEncoder` does with its block."""
    import copy

    layer = nn.Linear(width, width)
    nn.init.kaiming_normal_(layer.weight)
    return nn.Sequential(
        *(part for _ in range(count) for part in (copy.deepcopy(layer), nn.ReLU())), nn.Linear(width, 10)
    )


class Detached(nn.Module):
    """A `detach` in the middle: what comes before it never learns."""

    def __init__(self, depth, width):
        super().__init__()
        self.before = mlp((width,) * (depth + 1), he=True)
        self.after = mlp((*(width,) * depth, 10), he=True)

    def forward(self, x):
        """Outputs for a batch."""
        return self.after(torch.relu(self.before(x)).detach())


def with_nan(where):
    """One weight that is not a number."""
    net = mlp((64, 64, 64, 10), he=True)
    with torch.no_grad():
        net[2 * where].weight[0, 0] = math.nan
    return net


def filled(net, value, bias=None):
    """All weights one number, all biases another; None leaves them."""
    for parameter in net.parameters():
        number = value if parameter.dim() > 1 else bias
        if number is not None:
            nn.init.constant_(parameter, number)
    return net


class _Branch(nn.Module):
    def __init__(self, width, kind, blocks):
        super().__init__()
        self.one, self.two = nn.Linear(width, width), nn.Linear(width, width)
        for layer in (self.one, self.two):
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
        self.scale = {"scaled": 1 / math.sqrt(blocks)}.get(kind, 1.0)
        if kind == "rezero":
            self.alpha = nn.Parameter(torch.zeros(()))
        if kind == "zero":
            nn.init.zeros_(self.two.weight)

    def forward(self, x):
        branch = self.two(F.relu(self.one(F.relu(x)))) * self.scale
        return x + (self.alpha * branch if hasattr(self, "alpha") else branch)


def residual_mlp(blocks, width, kind):
    """`kind`: "plain", "scaled" by 1/√L, "rezero", or "zero" last layers of the branches."""
    last = nn.Linear(width, 10)
    return nn.Sequential(*(_Branch(width, kind, blocks) for _ in range(blocks)), last)


def lora(rank, width):
    """Frozen layers with an addition of low rank whose second half begins with zero."""

    class Adapted(nn.Module):
        def __init__(self):
            super().__init__()
            self.base = nn.Linear(width, width)
            nn.init.kaiming_normal_(self.base.weight)
            self.base.requires_grad_(False)
            self.A = nn.Parameter(torch.randn(rank, width) / math.sqrt(width))
            self.B = nn.Parameter(torch.zeros(width, rank))

        def forward(self, x):
            return self.base(x) + x @ self.A.T @ self.B.T

    return nn.Sequential(Adapted(), nn.ReLU(), Adapted(), nn.ReLU(), nn.Linear(width, 10))


def frozen(features):
    """Two layers that are not trained and one that is."""
    net = mlp((features, 64, 64, 10), he=True)
    net[0].requires_grad_(False)
    net[2].requires_grad_(False)
    return net


def dropped(features):
    """PyTorch's default with dropout."""
    return nn.Sequential(
        nn.Linear(features, 96),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(96, 96),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(96, 10),
    )


def weight_normed(features):
    """Weights that are made of a direction and a length."""
    norm = nn.utils.parametrizations.weight_norm
    return nn.Sequential(
        norm(nn.Linear(features, 96)), nn.ReLU(), norm(nn.Linear(96, 96)), nn.ReLU(), nn.Linear(96, 10)
    )


# ---- convolutions ----------------------------------------------------------------------------------------------------


def lenet(channels):
    """Two convolutions, two dense layers, PyTorch's default."""
    return nn.Sequential(
        nn.Conv2d(1, channels, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(channels, 2 * channels, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(18 * channels, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


def vgg(depth, channels, *, he=False, norm=False, gain=1.0):
    """Convolutions one behind the other; their windows go around the edge, so that no place is special."""
    layers, before = [], 3
    for _ in range(depth):
        layer = nn.Conv2d(before, channels, 3, padding=1, padding_mode="circular")
        if he:
            nn.init.normal_(layer.weight, std=gain * math.sqrt(2 / (9 * before)))
            nn.init.zeros_(layer.bias)
        layers += [layer, *([nn.BatchNorm2d(channels)] if norm else []), nn.ReLU(inplace=True)]
        before = channels
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(4 * channels, 10))


class _Block(nn.Module):
    def __init__(self, channels, norm, first, zero_gamma):
        super().__init__()
        self.one = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.two = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        for layer in (self.one, self.two):
            nn.init.kaiming_normal_(layer.weight)
        self.norms = nn.ModuleList([nn.BatchNorm2d(channels) if norm else nn.Identity() for _ in range(2)])
        self.first = first
        if zero_gamma:
            nn.init.zeros_(self.norms[1].weight)

    def forward(self, x):
        if self.first:
            return x + self.two(F.relu(self.norms[1](self.one(F.relu(self.norms[0](x))))))
        return F.relu(x + self.norms[1](self.two(F.relu(self.norms[0](self.one(x)), inplace=True))), inplace=True)


class ResNet(nn.Module):
    """Blocks of two convolutions; `first`: normalization and ReLU before them."""

    def __init__(self, blocks, channels, *, norm=True, first=False, zero_gamma=False):
        super().__init__()
        self.stem = nn.Conv2d(3, channels, 3, padding=1, bias=False)
        self.stem_norm = nn.BatchNorm2d(channels) if norm else nn.Identity()
        self.blocks = nn.Sequential(*(_Block(channels, norm, first, zero_gamma) for _ in range(blocks)))
        self.last_norm = nn.BatchNorm2d(channels) if norm and first else nn.Identity()
        self.last = nn.Linear(channels, 10)

    def forward(self, x):
        """Outputs for a batch."""
        x = F.relu(self.stem_norm(self.stem(x)))
        x = F.relu(self.last_norm(self.blocks(x)))
        return self.last(x.mean(dim=(2, 3)))


def autoencoder(channels):
    """Down by two strides and up by two transposed ones."""
    return nn.Sequential(
        nn.Conv2d(1, channels, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * channels, channels, 4, stride=2, padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(channels, 2, 4, stride=2, padding=1),
    )


class UNet(nn.Module):
    """One step down, one up, and the way across."""

    def __init__(self, channels):
        super().__init__()
        self.down, self.deep = nn.Conv2d(2, channels, 3, padding=1), nn.Conv2d(channels, channels, 3, padding=1)
        self.up, self.last = (
            nn.ConvTranspose2d(channels, channels, 2, stride=2),
            nn.Conv2d(2 * channels, 3, 3, padding=1),
        )

    def forward(self, x):
        """Outputs for a batch."""
        high = F.relu(self.down(x))
        low = F.relu(self.deep(F.max_pool2d(high, 2)))
        return self.last(torch.cat([high, F.relu(self.up(low))], dim=1))


class _Inverted(nn.Module):
    def __init__(self, channels):
        super().__init__()
        wide = 4 * channels
        self.body = nn.Sequential(
            nn.Conv2d(channels, wide, 1, bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU6(inplace=True),
            nn.Conv2d(wide, wide, 3, padding=1, groups=wide, bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU6(inplace=True),
            nn.Conv2d(wide, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        return x + self.body(x)


def mobile(blocks, channels):
    """Inverted residual blocks with depthwise convolutions, as in MobileNetV2."""
    return nn.Sequential(
        nn.Conv2d(3, channels, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU6(),
        *(_Inverted(channels) for _ in range(blocks)),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(channels, 10),
    )


class _Next(nn.Module):
    """Depthwise window, LayerNorm, two dense layers, a small scale (LayerScale)."""

    def __init__(self, channels):
        super().__init__()
        self.window = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels)
        self.up, self.down = nn.Linear(channels, 4 * channels), nn.Linear(4 * channels, channels)
        for layer in (self.window, self.up, self.down):
            nn.init.trunc_normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)
        self.scale = nn.Parameter(torch.full((channels,), 1e-6))

    def forward(self, x):
        y = self.norm(self.window(x).permute(0, 2, 3, 1))
        return x + (self.scale * self.down(F.gelu(self.up(y)))).permute(0, 3, 1, 2)


def convnext(blocks, channels):
    """Blocks as in ConvNeXt."""
    return nn.Sequential(
        nn.Conv2d(3, channels, 4, stride=4),
        *(_Next(channels) for _ in range(blocks)),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.LayerNorm(channels),
        nn.Linear(channels, 10),
    )


# ---- sequences -------------------------------------------------------------------------------------------------------


class _RMSNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return self.weight * x * torch.rsqrt(x.square().mean(dim=-1, keepdim=True) + 1e-6)


class _Attention(nn.Module):
    def __init__(self, width, heads=4):
        super().__init__()
        self.heads = heads
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        parts = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(*parts, is_causal=True)
        return self.out(mixed.transpose(1, 2).flatten(2))


class _Dense(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.up, self.out = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.out(F.gelu(self.up(x)))


class _Gated(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gate, self.up = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(3 * width, width, bias=False)

    def forward(self, x):
        return self.out(F.silu(self.gate(x)) * self.up(x))


class GPT(nn.Module):
    """Pre-norm blocks with GPT-2's start: std 0.02, and 1/√(2L) of that at the end of each branch."""

    def __init__(self, layers, width, words, *, std=0.02, tied=False, llama=False):
        super().__init__()
        norm = _RMSNorm if llama else nn.LayerNorm
        self.tokens, self.places = nn.Embedding(words, width), nn.Embedding(64, width)
        self.attention = nn.ModuleList(_Attention(width) for _ in range(layers))
        self.dense = nn.ModuleList((_Gated if llama else _Dense)(width) for _ in range(layers))
        self.norms = nn.ModuleList(norm(width) for _ in range(2 * layers + 1))
        self.logits = nn.Linear(width, words, bias=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=std / (math.sqrt(2 * layers) if ".out." in name else 1))
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)
        if tied:
            self.logits.weight = self.tokens.weight

    def forward(self, tokens):
        """Outputs for a batch."""
        x = self.tokens(tokens) + self.places(torch.arange(tokens.shape[1]))
        for i, (attention, dense) in enumerate(zip(self.attention, self.dense, strict=True)):
            x = x + attention(self.norms[2 * i](x))
            x = x + dense(self.norms[2 * i + 1](x))
        return self.logits(self.norms[-1](x))


class _Pooled(nn.Module):
    def __init__(self, body, width):
        super().__init__()
        self.body, self.last = body, nn.Linear(width, 10)

    def forward(self, x):
        x = self.body(x)
        return self.last((x[0] if isinstance(x, tuple) else x).mean(dim=1))


def torch_transformer(layers, width, *, fresh):
    """`nn.TransformerEncoder`: it copies one block, weights and all; `fresh` draws them anew, as Xavier."""
    block = nn.TransformerEncoderLayer(width, 4, 2 * width, batch_first=True, norm_first=True)
    body = nn.TransformerEncoder(block, layers, enable_nested_tensor=False)
    if fresh:
        for parameter in body.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)
    return _Pooled(body, width)


def recurrent(cell, features, width):
    """Two recurrent layers and a dense one."""
    return _Pooled(getattr(nn, cell)(features, width, num_layers=2, batch_first=True), width)


class _Mix(nn.Module):
    def __init__(self, places, width):
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.places = mlp((places, 2 * places, places), activation=nn.GELU)
        self.channels = mlp((width, 2 * width, width), activation=nn.GELU)

    def forward(self, x):
        x = x + self.places(self.norms[0](x).transpose(1, 2)).transpose(1, 2)
        return x + self.channels(self.norms[1](x))


def mixer(blocks, places, width):
    """Blocks as in MLP-Mixer."""
    return _Pooled(nn.Sequential(*(_Mix(places, width) for _ in range(blocks)), nn.LayerNorm(width)), width)


class Attending(nn.Module):
    """Attention written by hand: `scale` times 1/√d stands before the softmax, `gain` is that of queries and keys."""

    def __init__(self, width, *, scale=1.0, gain=1.0):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.last = nn.Linear(width, 10)
        self.scale = scale / math.sqrt(width)
        for layer in (self.query, self.key, self.value, self.out):
            nn.init.normal_(layer.weight, std=(gain if layer in (self.query, self.key) else 1.0) / math.sqrt(width))
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        """Outputs for a batch."""
        mixed = (self.query(x) @ self.key(x).transpose(-2, -1) * self.scale).softmax(dim=-1) @ self.value(x)
        return self.last((x + self.out(mixed)).mean(dim=1))


class ViT(nn.Module):
    """Patches of a picture, a token for the class, blocks of torch, drawn as in the paper's code."""

    def __init__(self, blocks, width, patch=4, places=17):
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, stride=patch)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.places = nn.Parameter(torch.empty(1, places, width))
        block = nn.TransformerEncoderLayer(width, 4, 4 * width, activation="gelu", batch_first=True, norm_first=True)
        self.body = nn.TransformerEncoder(block, blocks, nn.LayerNorm(width), enable_nested_tensor=False)
        self.last = nn.Linear(width, 10)
        nn.init.trunc_normal_(self.places, std=0.02)
        for parameter in self.body.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, x):
        """Outputs for a batch."""
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], dim=1) + self.places
        return self.last(self.body(x)[:, 0])


def ending(width, classes, *end):
    """A small network of He's start and what stands behind its last layer."""
    return nn.Sequential(*mlp((width, 2 * width, width, classes), he=True), *end)


def all_frozen(width):
    """Not one parameter to train."""
    return ending(width, 10).requires_grad_(False)


class Resting(nn.Module):
    """A body that is run where gradients are off, and a layer on it that learns."""

    def __init__(self, width):
        super().__init__()
        self.body, self.last = mlp((width, width, width), he=True), nn.Linear(width, 10)

    def forward(self, x):
        """Outputs for a batch."""
        with torch.no_grad():
            features = F.relu(self.body(x))
        return self.last(features)
