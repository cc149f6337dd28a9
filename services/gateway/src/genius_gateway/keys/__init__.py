# SPDX-License-Identifier: EUPL-1.2
"""Keys listed, rotated and destroyed: commands of operators, the last one only with the approval of key holders."""
