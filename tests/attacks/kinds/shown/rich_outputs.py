"""Displays everything that a browser would run: HTML, JavaScript, SVG, LaTeX, widgets, Markdown, unknown kinds (N87)."""

from IPython.display import HTML, SVG, IFrame, Javascript, Latex, Markdown, display

for thing in (
    HTML("<script>alert(1)</script><img src=x onerror=alert(1)>"),
    Javascript("alert(1)"),
    Markdown("[x](javascript:alert(1)) <script>alert(1)</script>"),
    Latex(r"$\href{javascript:alert(1)}{x}$"),
    IFrame("javascript:alert(1)", 9, 9),
    SVG(
        '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><a href="javascript:alert(1)"><text>x</text></a></svg>'
    ),
):
    display(thing)
display(
    {
        kind: "<script>alert(1)</script>"
        for kind in (
            "text/html",
            "application/javascript",
            "application/vnd.jupyter.widget-view+json",
            "text/x-x",
            "image/png",
            "image/svg+xml",
            "application/pdf",
            "video/mp4",
            "text/plain",
        )
    },
    raw=True,
)


class Shown:
    def _repr_mimebundle_(self, **_):
        return {
            "text/html": "<script>alert(1)</script>",
            "image/png": '"><script>alert(1)</script>',
            'image/png" onload="alert(1)': "AAAA",
        }

    def __repr__(self):
        return "<script>alert(1)</script>"


Shown()
