"""dlt merges the stream into PostgreSQL: pages of arrays, CSV loaded by COPY, merged by user name.

As dlt's documents advise for speed: pages are yielded, not rows; the CSV file format with the postgres destination; columns are
declared, so that nothing is inferred twice. The merge strategy is dlt's default, delete-insert: the source repeats names, and the
upsert strategy takes each key once only. dedup_sort picks the newest record.
Environment: LEGACY_API_URL, LEGACY_API_KEY, DATABASE_URL, DLT_FOLDER.
"""

import os

import dlt
from legacy_stream import read_arrays

PAGE = 10_000


@dlt.resource(
    name="users",
    write_disposition={"disposition": "merge", "strategy": "delete-insert"},
    primary_key="userName",
    columns={
        "id": {"data_type": "bigint"},
        "userName": {"data_type": "text", "nullable": False},
        "email": {"data_type": "text"},
        "createdAt": {"data_type": "timestamp", "dedup_sort": "desc"},
        "deleted": {"data_type": "bool"},
    },
)
def users():
    page = []
    for array in read_arrays(os.environ["LEGACY_API_URL"], os.environ["LEGACY_API_KEY"]):
        page += array
        if len(page) >= PAGE:
            yield page
            page = []
    if page:
        yield page


pipeline = dlt.pipeline(
    pipeline_name="bench",
    pipelines_dir=os.environ["DLT_FOLDER"],
    destination=dlt.destinations.postgres(os.environ["DATABASE_URL"]),
    dataset_name="dlt",
)
pipeline.run(users(), loader_file_format="csv").raise_on_failed_jobs()
