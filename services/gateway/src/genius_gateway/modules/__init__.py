# SPDX-License-Identifier: EUPL-1.2
"""What the modules service offers: manifests, and the client that starts and reads runs there."""
