# SPDX-License-Identifier: EUPL-1.2
"""How long which data is kept, who deletes it then, and what holds that up."""
