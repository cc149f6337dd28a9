# SPDX-License-Identifier: EUPL-1.2
"""What operators see of the whole platform: authorities, models, load. No content and no persons."""
