"""HTML of every kind in written answers: SVG, MathML, frames, forms, styles, refresh, base, templates (N81)."""

from attack import put

from weightinit_course.problem_set import is_written

TEXTS = [
    """<svg onload=alert(1)><script>alert(1)</script><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>
<svg><use href="data:image/svg+xml;base64,PHN2Zz4=#x"/><foreignObject><iframe src=x></iframe></foreignObject></svg>
<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>
<math href="javascript:alert(1)">click</math><math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>
<math><maction actiontype="statusline#http://x" xlink:href="javascript:alert(1)">x</maction></math>
<iframe srcdoc="<script>alert(1)</script>"></iframe><object data=x></object><embed src=x>
<meta http-equiv="refresh" content="0;url=//x"><base href="//x/"><link rel=stylesheet href=//x>
<form action=/api/grades method=post><input name=x autofocus onfocus=alert(1)><button formaction="javascript:alert(1)">x</form>
<style>@import url(//x); body { display: none }</style><template><script>alert(1)</script></template>
<img src=x onerror=alert(1)><img srcset="//x/1 1x"><video poster=//x><audio src=//x autoplay><body onload=alert(1)>
<details open ontoggle=alert(1)><marquee onstart=alert(1)><dialog open>100 points</dialog>
<noscript><p title="</noscript><img src=x onerror=alert(1)>"><xmp><listing><plaintext>""",
    "<scr<script>ipt>alert(1)</scr</script>ipt> <<b>script>alert(1)<</b>/script> <img/src=x/onerror=alert(1)//",
    "<!--><img src=x onerror=alert(1)>--> <![CDATA[<script>alert(1)</script>]]> <?php x ?> <!DOCTYPE html [<!ENTITY x '1'>]> &lt;script&gt;",
]


def write(entry, notebook, problem_set):
    for cell, text in zip(filter(is_written, notebook.cells), TEXTS, strict=False):
        cell.source = text
    put(notebook, entry / f"{problem_set.name}.ipynb")
