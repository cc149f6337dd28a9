# SPDX-License-Identifier: EUPL-1.2
"""What the benchmarks of relays share: processes and their CPU, the compiled tools, our services and the peers."""
