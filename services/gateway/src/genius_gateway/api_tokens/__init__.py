# SPDX-License-Identifier: EUPL-1.2
"""API tokens (Zugangsschlüssel): for programs of a person, with a part of what the person may do."""
