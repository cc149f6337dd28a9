# SPDX-License-Identifier: EUPL-1.2
"""Modules of other providers as Python packages, each run in a process of its own that is locked in.

The process reads its task from stdin and writes lines of JSON to stdout. It has no socket, no file and no token: what
it asks of inference and retrieval is a line too, and this service sends it on with the token of the run. Outside a
package is an external module like any other ("module over HTTP" below `/packages/{name}`).
"""
