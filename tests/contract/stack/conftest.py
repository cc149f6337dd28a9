# SPDX-License-Identifier: EUPL-1.2
from tests.support.identity import provider

__all__ = ["provider"]
