# SPDX-License-Identifier: EUPL-1.2
"""`python -m genius_modules.caged`: started by the modules service for one task."""

from genius_modules.caged.child import main

main()
