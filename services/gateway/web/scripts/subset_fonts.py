# SPDX-License-Identifier: EUPL-1.2
"""Makes the four Fira Sans subsets (about 21 KB each) from the full cuts that @kern-ux/native ships.

Run by hand when KERN is upgraded: `pip install fonttools brotli && python scripts/subset_fonts.py` (after `npm ci`).
"""

from pathlib import Path

from fontTools import subset

WEB = Path(__file__).resolve().parent.parent
SOURCE = WEB / "node_modules/@kern-ux/native/dist/fonts/fira-sans"
TARGET = WEB / "public/fonts"
CUTS = ("Regular", "Italic", "Medium", "SemiBold")
# Latin, Latin-1, Latin Extended-A, capital sharp s, general punctuation, euro, arrows, minus, comparison signs.
UNICODES = "U+0020-007E,U+00A0-017F,U+1E9E,U+2010-2027,U+202F,U+2030-203A,U+20AC,U+2122,U+2190-2193,U+2212,U+2248,U+2264-2265"


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for cut in CUTS:
        subset.main(
            [
                str(SOURCE / f"FiraSans-{cut}.woff2"),
                f"--unicodes={UNICODES}",
                "--layout-features=kern,liga,mark,mkmk,ccmp,locl,tnum,lnum",
                "--flavor=woff2",
                f"--output-file={TARGET / f'FiraSans-{cut}.subset.woff2'}",
            ]
        )


if __name__ == "__main__":
    main()
