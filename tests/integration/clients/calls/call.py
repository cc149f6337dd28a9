# SPDX-License-Identifier: EUPL-1.2
"""Calls the platform with a client that openapi-python-client has made; type-checked with it, strictly."""

import io
import os
import time
from uuid import uuid4

from generated import AuthenticatedClient
from generated.api.files import upload_file
from generated.api.modules import list_modules
from generated.api.runs import cancel_run, get_run, start_run
from generated.models import DocumentState, ModuleList, Problem, RunBody, RunBodyInputType0, RunView, Upload
from generated.types import File

text = "Die Sanierung der Brücke beginnt im März 2027. Sie kostet 4,2 Millionen Euro."


def body(**values: str | list[str]) -> RunBody:
    given = RunBodyInputType0()
    given.additional_properties.update(values)
    return RunBody(input_=given)


with AuthenticatedClient(base_url=os.environ["GENIUS_URL"], token=os.environ["GENIUS_TOKEN"]) as client:
    modules = list_modules.sync(client=client)
    assert isinstance(modules, ModuleList)
    print("modules", *sorted(module.id for module in modules.items))

    stored = upload_file.sync(
        client=client,
        body=Upload(File(io.BytesIO(text.encode()), "bericht.txt", "text/plain")),
        protection_class="intern",
    )
    assert isinstance(stored, DocumentState)
    run = start_run.sync(
        "summarise",
        client=client,
        body=body(files=[str(stored.id)], length="short"),
        prefer="respond-async",
        idempotency_key=str(uuid4()),
    )
    assert isinstance(run, RunView)
    while run.state in {"queued", "running"}:
        time.sleep(0.1)
        found = get_run.sync(run.id, client=client)
        assert isinstance(found, RunView)
        run = found
    print("run", run.state)
    assert cancel_run.sync_detailed(run.id, client=client).status_code == 204

    refused = start_run.sync("summarise", client=client, body=body(lenght="short"))
    assert isinstance(refused, Problem)
    assert refused.errors
    print("refused", refused.status, refused.code, refused.errors[0].pointer)
