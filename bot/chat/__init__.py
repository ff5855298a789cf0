"""What the chat surfaces share: sentences, links, files that fit. Plain text: each surface escapes it for its own.

| module | tells |
|---|---|
| `phrases` | how a creation stands, what an asset is, the sentences of refusals |
| `versions` | a version tree as indented lines around one version |
| `changes` | what changed between two versions, in runs of words and lines of facts |
| `recipes` | how an asset was made, as pairs of a name and a value |
| `reports` | what an inspected file is, in sentences |
| `receipts` | what was deleted of a person |
| `things` | an asset or a collection, named in a button |
| `visibility` | who sees an asset, and how long a link may last |
| `searching` | how a search goes on while it is typed |
| `tagging` | a person's tags, written in one field |
| `persons` | joining two accounts, and taking everything along |
| `links` | addresses of Easel's own pages |
| `fitting` | copies of files that fit what a platform takes |
"""
