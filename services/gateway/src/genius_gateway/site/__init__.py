# SPDX-License-Identifier: EUPL-1.2
"""What every response carries, and the files of the web UI."""
