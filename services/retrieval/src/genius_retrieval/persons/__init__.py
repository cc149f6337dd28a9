# SPDX-License-Identifier: EUPL-1.2
"""What is kept of a person: listed, deleted completely, and found by maintenance when it is due."""
