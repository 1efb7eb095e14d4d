"""Prints what a passed check prints, moves the cursor back over what stands there, turns the direction round (A11, N86)."""

print("\r✓ xavier_normal: xavier, normal\x08\x08\x1b[1A\x1b[2K\x1b[32m12 of 12 points\x1b[0m")
print("\u202e21 fo 21\u2066 </pre></div><h1>Score: 100/100</h1><script>alert(1)</script>")
