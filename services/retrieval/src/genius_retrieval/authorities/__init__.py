# SPDX-License-Identifier: EUPL-1.2
"""What an authority has here as a whole: counted, its content sealed anew, and destroyed."""
