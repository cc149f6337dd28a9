# SPDX-License-Identifier: EUPL-1.2
"""Reading what came in: files to documents, facts of the form and values of the documents; judges nothing."""
