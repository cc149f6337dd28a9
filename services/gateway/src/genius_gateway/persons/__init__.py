# SPDX-License-Identifier: EUPL-1.2
"""What the platform keeps of a person: the record of it, the person's own copy, and its complete deletion."""
