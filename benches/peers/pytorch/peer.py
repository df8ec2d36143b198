"""PyTorch's convolutions as a peer of `wgconv compare`.

    peer.py cpu    on the CPU (oneDNN)
    peer.py f32    on CUDA by cuDNN, TF32 off
    peer.py tf32   on CUDA by cuDNN, TF32 allowed
    peer.py f16    on CUDA by cuDNN, operands and results of half precision
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
INSTALL = "pip install torch numpy"
try:
    from protocol import Unsupported, answer, cannot_start, load, serve
except ImportError:
    print('{"error": "numpy is not installed", "install": "%s"}' % INSTALL)
    sys.exit(0)
try:
    import torch
except ImportError as error:
    cannot_start(f"PyTorch cannot be loaded: {error}", INSTALL)

MODE = sys.argv[1] if len(sys.argv) == 2 else ""
if MODE not in ("cpu", "f32", "tf32", "f16"):
    cannot_start("usage: peer.py cpu|f32|tf32|f16")
if MODE != "cpu" and not torch.cuda.is_available():
    cannot_start("PyTorch finds no CUDA device")

DEVICE = torch.device("cpu" if MODE == "cpu" else "cuda")
DTYPE = torch.float16 if MODE == "f16" else torch.float32
torch.backends.cuda.matmul.allow_tf32 = MODE == "tf32"
torch.backends.cudnn.allow_tf32 = MODE == "tf32"
# cuDNN times its algorithms in the first call of a shape and keeps the fastest.
torch.backends.cudnn.benchmark = True
torch.set_grad_enabled(False)


def prepare(case):
    rank = len(case["taps"])
    if case["padding_low"] != case["padding_high"]:
        raise Unsupported("different padding on either side")
    tensors = {}
    for name in ("x", "w", "dy"):
        values = load(case, name)
        if values is not None:
            tensors[name] = torch.from_numpy(values).to(DEVICE, DTYPE)
    # A gradient asks for the operand that it is of, for its shape alone.
    x = tensors.get("x")
    if x is None:
        x = torch.empty([case["batch"], case["channels_in"], *case["input"]], device=DEVICE, dtype=DTYPE)
    w = tensors.get("w")
    if w is None:
        shape = [case["channels_out"], case["channels_in"] // case["groups"], *case["taps"]]
        w = torch.empty(shape, device=DEVICE, dtype=DTYPE)
    stride, padding, dilation, groups = case["stride"], case["padding_low"], case["dilation"], case["groups"]

    if case["pass"] == "forward":
        convolution = getattr(torch.nn.functional, f"conv{rank}d")
        return lambda: convolution(x, w, None, stride, padding, dilation, groups), fetch
    wanted = {"input_grad": 0, "kernel_grad": 1}.get(case["pass"])
    if wanted is None:
        raise Unsupported(f"no {case['pass']}")
    mask = [wanted == 0, wanted == 1, False]

    def gradient():
        return torch.ops.aten.convolution_backward(
            tensors["dy"], x, w, None, stride, padding, dilation, False, [0] * rank, groups, mask
        )[wanted]

    return gradient, fetch


def fetch(result):
    return result.float().cpu().contiguous().numpy()


def wait():
    if MODE != "cpu":
        torch.cuda.synchronize()


if MODE == "cpu":
    answer(
        software=f"PyTorch {torch.__version__}",
        device=f"CPU, {torch.get_num_threads()} threads",
        precision="f32",
        notes=["on the CPU, not through a GPU driver"],
    )
else:
    answer(
        software=f"PyTorch {torch.__version__}, cuDNN {torch.backends.cudnn.version()}",
        device=torch.cuda.get_device_name(),
        precision=MODE,
        notes=["cudnn.benchmark on"],
    )
serve(prepare, wait)
