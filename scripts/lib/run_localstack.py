"""Runs LocalStack with the settings in the environment, on the loopback address only.

LocalStack 4.9.2 takes the port from GATEWAY_LISTEN, but listens on every address whatever host that names.
It also refuses to delete a FIFO message that was received longer ago than its latest visibility timeout, however often that was
extended. SQS refuses that only once the message is visible again, and so does the server that this program starts.
With --prepare, it only writes the index of AWS operations into the Python environment: without it, each new
LocalStack would build its own for some seconds, before it answers the first request.
"""

import functools
import os
import sys

from localstack import config

config.dirs.static_libs = os.path.join(sys.prefix, "share", "localstack")


def prepare():
    from localstack.aws import spec

    os.makedirs(config.dirs.static_libs, exist_ok=True)
    path = os.path.join(config.dirs.static_libs, spec._get_catalog_filename())
    spec.build_service_index_cache(path + ".new")
    os.replace(path + ".new", path)


def delete_while_hidden():
    from localstack.services.sqs import models

    refuse = models.FifoQueue._pre_delete_checks

    def refuse_visible(queue, message, receipt_handle):
        if message.is_visible:
            refuse(queue, message, receipt_handle)

    models.FifoQueue._pre_delete_checks = refuse_visible


def serve():
    from twisted.internet import endpoints

    from localstack.runtime.main import main

    delete_while_hidden()
    endpoints.TCP4ServerEndpoint = functools.partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1")
    main()


if __name__ == "__main__":
    prepare() if sys.argv[1:] == ["--prepare"] else serve()
