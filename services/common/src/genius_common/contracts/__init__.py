# SPDX-License-Identifier: EUPL-1.2
"""What crosses the seams between services, as closed Pydantic models."""
