# SPDX-License-Identifier: EUPL-1.2
"""Knowledge bases: owner, grants, and the way to their documents."""
