# SPDX-License-Identifier: EUPL-1.2
"""The compiled model server and load generator of the benchmarks (`make bench-tools` builds them with cc)."""
