"""The headless process: sources → scaling → store → derived tags → history → link.

No Qt. `pipeline` is the pure heart (messages and instants in, store and news out); `process` and
`runtime` are the thin shells around it. Imports link, machines, sources, twin, expressions, config, model.
"""
