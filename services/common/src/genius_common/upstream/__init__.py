# SPDX-License-Identifier: EUPL-1.2
"""The hot path's HTTP client and relay: uvloop Protocol, httptools, keep-alive pool, no framework.

Used by inference towards model servers and by the gateway's `/v1` towards inference. `client` opens exchanges,
`events` judges a stream of completion events without parsing it, `relay` carries both to an ASGI client.
"""
