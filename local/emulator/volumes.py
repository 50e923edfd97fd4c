"""EBS as EC2 does it, where moto falls short: a call that is made again with its ClientToken makes nothing again."""

import threading

from moto.ec2.responses.elastic_block_store import ElasticBlockStore

lock = threading.Lock()
made = {}


def with_client_token(before):
    def create_volume(self):
        token = self._get_param("ClientToken")
        if not token:
            return before(self)
        with lock:
            if token not in made:
                made[token] = before(self)
            return made[token]

    return create_volume


def install() -> None:
    ElasticBlockStore.create_volume = with_client_token(ElasticBlockStore.create_volume)
