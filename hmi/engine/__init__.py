"""The headless process: sources → scaling → store → derived tags → history → link.

No Qt. `pipeline` is the pure heart (messages and instants in, store and news out); `process` and
`runtime` are the thin shells around it, `recording` hands the recorder what the pipeline is told. Imports
link, machines, sources, recorder, twin, expressions, config, model.
"""
