# SPDX-License-Identifier: EUPL-1.2
"""Text recognition of pages that are pictures: Tesseract as a library, inside of the parser's cage."""
