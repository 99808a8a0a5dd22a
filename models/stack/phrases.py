"""What a stack's events say in plain words, for stories; a field stands in braces."""

from collections.abc import Mapping

PHRASES: Mapping[str, str] = {
    "PortCalled": "calls {verb} of {port} for {operation}, under key {key}",
    "Asked": "asks for {operation}",
    "Accepted": "accepts document {doc}, which is the request {tenant}/{request}",
    "Submitted": "tells the client that its request {tenant}/{request} is document {doc}",
    "HandedOver": "gives document {doc}, attempt {attempt}, to the run {run}",
    "Moved": "document {doc} becomes {now} (attempt {attempt}; it was {was})",
    "Claimed": "document {doc} is claimed by {worker} for attempt {attempt}",
    "Ready": "document {doc} is published by attempt {attempt}",
    "Found": "answers search {number} of {tenant} with documents {documents}",
    "FencedWrite": "refuses what attempt {attempt} writes of document {doc}: attempt {newest} has it by now",
    "EmbedCalled": "has chunk {chunk} of document {doc} embedded (attempt {attempt})",
    "TextFetched": "has read the text of document {doc} for the run {run}",
    "Retrieved": "retrieves documents {documents} for {operation}{degraded}",
    "Answered": "is answered {operation}, citing documents {documents}{degraded}",
    "ObjectCommitted": "commits the object {bucket}/{key}",
    "ObjectStored": "is told that the object {bucket}/{key} is kept",
    "Attempted": "begins attempt {attempt} at step {step} of {run}",
    "Effect": "acts under the key {key}",
    "JobState": "job {uid} (the request {key}) is {state} now",
    "ProcessStarted": "attempt {attempt} at job {job} runs here from step {step} on",
    "CheckpointTaken": "acknowledges the checkpoint of job {job} at step {step}",
    "PoolHeld": "takes {size} bytes of device {device} of {node}, for the row {row}",
    "LateResult": "hears of attempt {attempt} at step {step} of {run}, which was over",
    "Recorded.Started": "the run {run} begins",
    "Recorded.StepScheduled": "the run {run} wants step {id}",
    "Recorded.StepStarted": "step {id} of {run} is given to {worker} (attempt {attempt})",
    "Recorded.StepCompleted": "step {id} of {run} is done (attempt {attempt})",
    "Recorded.StepFailed": "attempt {attempt} at step {id} of {run} failed: {kind}",
    "Recorded.StepTimedOut": "attempt {attempt} at step {id} of {run} took too long",
    "Recorded.Completed": "the run {run} is completed",
    "Recorded.Failed": "the run {run} has failed: {kind}",
}
"""Type of event, or type of what is recorded in it -> words."""

FIRST = {"was": "new", "row": "of nobody"}
"""What an empty field is called."""
