#!/usr/bin/python3
"""cri.py METHOD [JSON]: one call of the Kubernetes container runtime interface, as the kubelet makes it.

The messages are those of api.proto (runtime.v1), which tree.sh compiles; request and answer are its JSON form.
"""
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

SOCKET = "unix:///run/containerd/containerd.sock"
DESCRIPTORS = "/usr/local/share/cri.descriptors"


def find_method(pool, name):
    for service in ("RuntimeService", "ImageService"):
        methods = pool.FindServiceByName(f"runtime.v1.{service}").methods_by_name
        if name in methods:
            return f"/runtime.v1.{service}/{name}", methods[name]
    sys.exit(f"cri.py: no method {name}")


def main():
    name, text = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "{}"
    pool = descriptor_pool.DescriptorPool()
    with open(DESCRIPTORS, "rb") as file:
        for one in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file:
            pool.Add(one)
    path, method = find_method(pool, name)
    factory = message_factory.MessageFactory(pool)
    request, response = (factory.GetPrototype(kind) for kind in (method.input_type, method.output_type))

    call = grpc.insecure_channel(SOCKET).unary_unary(
        path, request_serializer=request.SerializeToString, response_deserializer=response.FromString)
    try:
        answer = call(json_format.Parse(text, request()), timeout=100, wait_for_ready=True)
    except grpc.RpcError as error:
        sys.exit(f"cri.py: {name}: {error.code().name}: {error.details()}")
    print(json_format.MessageToJson(answer, preserving_proto_field_name=True))


main()
