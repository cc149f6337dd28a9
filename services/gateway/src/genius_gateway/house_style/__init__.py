# SPDX-License-Identifier: EUPL-1.2
"""The house style of an authority: letterhead, forms of address, preferred words and templates of its drafts."""
