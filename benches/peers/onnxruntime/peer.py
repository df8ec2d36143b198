"""ONNX Runtime's convolution on WebGPU as a peer of `wgconv compare`: forward only, its provider has no gradients."""

import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
INSTALL = "pip install onnxruntime-webgpu onnx numpy"
try:
    from protocol import Unsupported, answer, cannot_start, load, serve
except ImportError:
    print('{"error": "numpy is not installed", "install": "%s"}' % INSTALL)
    sys.exit(0)
import numpy

try:
    import onnx
    import onnxruntime
except ImportError as error:
    cannot_start(str(error), INSTALL)

WEBGPU = "WebGpuExecutionProvider"
if WEBGPU not in onnxruntime.get_available_providers():
    cannot_start("this onnxruntime has no WebGPU provider", INSTALL)


def session(case, kernel, profile=None):
    shapes = {
        "x": [case["batch"], case["channels_in"], *case["input"]],
        "w": [case["channels_out"], case["channels_in"] // case["groups"], *case["taps"]],
        "y": [case["batch"], case["channels_out"], *case["output"]],
    }
    tensor = lambda name: onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shapes[name])
    node = onnx.helper.make_node(
        "Conv",
        ["x", "w"],
        ["y"],
        kernel_shape=case["taps"],
        strides=case["stride"],
        dilations=case["dilation"],
        pads=case["padding_low"] + case["padding_high"],
        group=case["groups"],
    )
    # The kernel is a constant, as in every model: it is on the device from the beginning.
    constants = [onnx.numpy_helper.from_array(kernel, "w")]
    graph = onnx.helper.make_graph([node], "conv", [tensor("x")], [tensor("y")], constants)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)])
    model.ir_version = 8
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if profile:
        options.enable_profiling = True
        options.profile_file_prefix = profile
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=[WEBGPU])


def prepare(case):
    if case["pass"] != "forward":
        raise Unsupported(f"no {case['pass']}")
    w, x = load(case, "w"), load(case, "x")
    model = session(case, w)

    def fetch(result):
        ensure_on_device(case, w, x)
        return result

    return lambda: model.run(None, {"x": x})[0], fetch


def ensure_on_device(case, w, x):
    """What the provider does not know quietly runs on the CPU, and would be timed as if it were the GPU's."""
    with tempfile.TemporaryDirectory() as folder:
        profiled = session(case, w, folder + "/profile")
        profiled.run(None, {"x": x})
        with open(profiled.end_profiling()) as file:
            events = json.load(file)
    used = {event["args"].get("provider") for event in events if event.get("args", {}).get("op_name") == "Conv"}
    if used != {WEBGPU}:
        raise Unsupported(f"runs on {', '.join(map(str, used))}")


def try_it():
    """It refuses some drivers, or ends the process on them: better before anything is promised."""
    one = {"batch": 1, "groups": 1, "channels_in": 1, "channels_out": 1, "input": [2, 2], "output": [2, 2], "taps": [1, 1]}
    one |= {"stride": [1, 1], "dilation": [1, 1], "padding_low": [0, 0], "padding_high": [0, 0]}
    try:
        ensure_on_device(one, numpy.ones([1, 1, 1, 1], "<f4"), numpy.ones([1, 1, 2, 2], "<f4"))
    except Exception as error:
        cannot_start(f"the WebGPU provider does not start on this driver: {error}")


try_it()
answer(
    software=f"ONNX Runtime {onnxruntime.__version__}, WebGPU provider",
    device="what its WebGPU chooses, on the same driver",
    precision="f32",
    passes=["forward"],
    notes=["x and y are copied from and to the host in every call"],
)
serve(prepare, lambda: None)
