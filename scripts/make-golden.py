"""Writes tests/golden/*.txt: small convolutions, poolings and losses with PyTorch's results.

    pip install torch
    python scripts/make-golden.py

The data are small integers, so that convolutions and max poolings are exact. Where PyTorch has no asymmetric padding the
input is padded first (a transposed convolution's output is cut), and where it has no dilated average pooling a
convolution with ones does it. A case is a block of
lines `key values...`, ended by an empty line; the tensors are flat, their shapes follow from the parameters.
"""

import itertools
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden"
CONV = [F.conv1d, F.conv2d, F.conv3d]
CONV_TRANSPOSE = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d]
MAX_POOL = [F.max_pool1d, F.max_pool2d, F.max_pool3d]
AVG_POOL = [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d]


def integers(*shape):
    return torch.randint(-4, 5, shape).double()


def pad(x, low, high, value=0.0, mode="constant"):
    pairs = list(zip(low, high))[::-1]  # F.pad starts at the last axis
    cells = [cells for pair in pairs for cells in pair]
    return F.pad(x, cells, value=value) if mode == "constant" else F.pad(x, cells, mode)


def text(value):
    if isinstance(value, torch.Tensor):
        value = value.detach().flatten().tolist()
    if not isinstance(value, (list, tuple)):
        value = [value]
    # repr gives the shortest text that reads back as the same f64
    return " ".join(str(int(v)) if isinstance(v, bool) or v == int(v) else repr(v) for v in value)


def write(name, cases):
    lines = [f"# Made by scripts/make-golden.py with PyTorch {torch.__version__.split('+')[0]}.", ""]
    for case in cases:
        lines += [f"{key} {text(value)}" for key, value in case.items()] + [""]
    (GOLDEN / name).write_text("\n".join(lines))


def conv(batch, c_in, c_out, groups, extents, taps, stride, low, high, dilation, mode="constant"):
    x = integers(batch, c_in, *extents).requires_grad_()
    w = integers(c_out, c_in // groups, *taps).requires_grad_()
    b = integers(c_out).requires_grad_()
    y = CONV[len(taps) - 1](pad(x, low, high, mode=mode), w, b, stride, 0, dilation, groups)
    dy = integers(*y.shape)
    dx, dw, db = torch.autograd.grad(y, (x, w, b), dy)
    return dict(
        groups=groups, taps=taps, stride=stride, low=low, high=high, dilation=dilation,
        x_shape=list(x.shape), w_shape=list(w.shape), y_shape=list(y.shape),
        x=x, w=w, b=b, y=y, dy=dy, dx=dx, dw=dw, db=db,
    )


def conv_cases():
    return [
        #    N C K g  extents    taps       stride     low        high       dilation
        conv(2, 3, 4, 1, [7], [3], [1], [0], [0], [1]),
        conv(1, 2, 2, 2, [9], [3], [2], [2], [1], [2]),
        conv(2, 2, 6, 2, [11], [4], [3], [1], [5], [1]),
        conv(1, 3, 2, 1, [4, 6], [1, 1], [1, 1], [0, 0], [0, 0], [1, 1]),
        conv(2, 2, 3, 1, [5, 7], [3, 2], [1, 1], [1, 1], [1, 1], [1, 1]),
        conv(1, 4, 6, 2, [7, 8], [3, 2], [2, 3], [0, 2], [1, 3], [2, 1]),
        conv(2, 3, 6, 3, [5, 9], [2, 3], [2, 1], [1, 0], [0, 2], [1, 3]),
        conv(1, 1, 2, 1, [3, 4], [2, 3], [2, 3], [3, 4], [4, 3], [1, 1]),
        conv(1, 2, 2, 1, [3, 5], [3, 5], [1, 1], [0, 0], [0, 0], [1, 1]),
        conv(1, 2, 2, 1, [3, 4, 5], [2, 3, 2], [1, 1, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]),
        conv(1, 2, 4, 2, [4, 5, 6], [2, 3, 2], [2, 1, 3], [0, 2, 1], [1, 0, 2], [1, 2, 3]),
    ]


def conv_padding_cases():
    """Padding modes, numbered as wgconv::PaddingMode::ALL is."""
    cases = [
        #    N C K g  extents    taps       stride     low        high       dilation
        (1, "reflect", (1, 2, 2, 1, [5], [3], [1], [1], [1], [1])),
        (1, "reflect", (2, 2, 4, 2, [5, 6], [3, 4], [2, 1], [4, 1], [0, 5], [1, 2])),
        (1, "reflect", (1, 2, 2, 1, [3, 4, 2], [2, 3, 2], [1, 2, 1], [2, 1, 0], [0, 3, 1], [1, 1, 1])),
        (2, "replicate", (1, 2, 2, 2, [4], [2], [1], [5], [3], [1])),
        (2, "replicate", (1, 2, 3, 1, [3, 5], [2, 3], [1, 2], [4, 2], [1, 6], [2, 1])),
        (2, "replicate", (1, 1, 2, 1, [1, 3, 2], [3, 2, 2], [1, 1, 2], [1, 0, 3], [1, 2, 0], [1, 2, 1])),
        (3, "circular", (1, 3, 2, 1, [4], [3], [1], [2], [1], [1])),
        (3, "circular", (1, 4, 4, 2, [4, 3], [3, 2], [2, 1], [4, 0], [1, 3], [1, 2])),
        (3, "circular", (1, 1, 2, 1, [2, 3, 4], [3, 2, 3], [1, 2, 1], [1, 3, 1], [2, 0, 1], [1, 1, 1])),
    ]
    return [dict(mode=number, **conv(*case, mode)) for number, mode, case in cases]


def conv_transpose(batch, c_in, c_out, groups, extents, taps, stride, low, high, dilation, output_padding):
    x = integers(batch, c_in, *extents).requires_grad_()
    w = integers(c_in, c_out // groups, *taps).requires_grad_()
    b = integers(c_out).requires_grad_()
    operator = CONV_TRANSPOSE[len(taps) - 1]
    if low == high:
        y = operator(x, w, b, stride, low, output_padding, groups, dilation)
    else:
        y = operator(x, w, b, stride, 0, output_padding, groups, dilation)
        for axis, (first, last) in enumerate(zip(low, high)):
            y = y.narrow(2 + axis, first, y.shape[2 + axis] - first - last)
    dy = integers(*y.shape)
    dx, dw, db = torch.autograd.grad(y, (x, w, b), dy)
    return dict(
        groups=groups, taps=taps, stride=stride, low=low, high=high, dilation=dilation, output_padding=output_padding,
        x_shape=list(x.shape), w_shape=list(w.shape), y_shape=list(y.shape),
        x=x, w=w, b=b, y=y, dy=dy, dx=dx, dw=dw, db=db,
    )


def conv_transpose_cases():
    return [
        #              N C K g  extents    taps       stride     low        high       dilation   output padding
        conv_transpose(2, 3, 2, 1, [4], [3], [1], [0], [0], [1], [0]),
        conv_transpose(1, 2, 4, 2, [5], [3], [2], [2], [2], [2], [1]),
        conv_transpose(2, 2, 3, 1, [3, 4], [2, 2], [2, 2], [0, 0], [0, 0], [1, 1], [0, 0]),
        conv_transpose(1, 3, 2, 1, [2, 3], [4, 4], [2, 2], [1, 1], [1, 1], [1, 1], [0, 0]),
        conv_transpose(2, 4, 6, 2, [3, 4], [3, 2], [2, 3], [1, 0], [1, 0], [1, 2], [1, 2]),
        # An output padding of a stride and more, which the dilation allows.
        conv_transpose(1, 2, 2, 1, [3, 2], [2, 3], [1, 2], [1, 0], [1, 0], [3, 4], [2, 3]),
        # A stride that leaves cells out: they hold the bias.
        conv_transpose(1, 2, 3, 1, [3, 2], [1, 2], [3, 4], [0, 1], [0, 1], [1, 1], [2, 0]),
        conv_transpose(1, 3, 6, 3, [3, 5], [2, 3], [2, 1], [0, 1], [2, 3], [1, 3], [1, 0]),
        conv_transpose(1, 2, 2, 1, [3, 2, 4], [2, 3, 1], [2, 1, 3], [0, 1, 2], [1, 0, 2], [2, 1, 1], [1, 0, 2]),
        conv_transpose(1, 2, 4, 2, [2, 3, 2], [2, 2, 3], [1, 2, 3], [1, 0, 1], [1, 0, 1], [1, 2, 2], [0, 1, 1]),
    ]


def pooled_max(x, taps, stride, low, high, dilation, ceil_mode):
    """y and the indices in the unpadded plane."""
    pool = MAX_POOL[len(taps) - 1]
    if low == high and all(2 * cells <= size for cells, size in zip(low, taps)):
        return pool(x, taps, stride, low, dilation, ceil_mode, return_indices=True)
    padded = pad(x, low, high, -torch.inf)
    y, indices = pool(padded, taps, stride, 0, dilation, ceil_mode, return_indices=True)
    cell, flat = [], indices
    for extent in reversed(padded.shape[2:]):
        cell.insert(0, flat % extent)
        flat = flat // extent
    flat = torch.zeros_like(indices)
    for axis, extent in enumerate(x.shape[2:]):
        flat = flat * extent + cell[axis] - low[axis]
    return y, flat


def max_pool(batch, channels, extents, taps, stride, low, high, dilation, ceil_mode):
    x = integers(batch, channels, *extents).requires_grad_()
    y, indices = pooled_max(x, taps, stride, low, high, dilation, ceil_mode)
    dy = integers(*y.shape)
    (dx,) = torch.autograd.grad(y, x, dy)
    return dict(
        taps=taps, stride=stride, low=low, high=high, dilation=dilation, ceil_mode=ceil_mode,
        x_shape=list(x.shape), y_shape=list(y.shape), x=x, y=y, indices=indices, dy=dy, dx=dx,
    )


def max_pool_cases():
    return [
        max_pool(2, 2, [7], [3], [2], [0], [0], [1], False),
        max_pool(1, 2, [8], [3], [3], [1], [1], [2], True),
        max_pool(1, 2, [7, 10], [3, 2], [2, 3], [0, 0], [0, 0], [1, 1], False),
        max_pool(1, 2, [7, 10], [3, 2], [2, 4], [0, 0], [0, 0], [1, 1], True),
        max_pool(2, 1, [8, 9], [2, 3], [3, 2], [1, 1], [1, 1], [3, 2], True),
        max_pool(1, 2, [6, 7], [4, 3], [1, 2], [2, 0], [1, 2], [1, 1], False),
        max_pool(1, 1, [5, 6, 7], [2, 3, 2], [2, 1, 3], [1, 1, 0], [1, 1, 0], [1, 2, 1], True),
        # PyTorch drops the window that would start in the high padding.
        max_pool(1, 1, [4], [2], [3], [1], [1], [1], True),
    ]


def dilated_average(x, taps, stride, low, high, dilation, include, divisor):
    """Average pooling by depthwise convolution with ones."""
    channels, ones = x.shape[1], torch.ones(x.shape[1], 1, *taps)

    def total(cells):
        return CONV[len(taps) - 1](pad(cells, low, high), ones, None, stride, 0, dilation, channels)

    if divisor == 0:
        divisor = ones[0].numel() if include else total(torch.ones_like(x))
    return total(x) / divisor


def avg_pool(batch, channels, extents, taps, stride, low, high, dilation, ceil_mode, include, divisor):
    """`divisor` 0 means none."""
    x = integers(batch, channels, *extents).requires_grad_()
    rank = len(taps)
    if low == high and set(dilation) == {1} and (rank > 1 or divisor == 0):
        override = [divisor or None] if rank > 1 else []
        y = AVG_POOL[rank - 1](x, taps, stride, low, ceil_mode, include, *override)
    else:
        assert not ceil_mode
        y = dilated_average(x, taps, stride, low, high, dilation, include, divisor)
    dy = integers(*y.shape)
    (dx,) = torch.autograd.grad(y, x, dy)
    return dict(
        taps=taps, stride=stride, low=low, high=high, dilation=dilation, ceil_mode=ceil_mode,
        count_include_pad=include, divisor=divisor,
        x_shape=list(x.shape), y_shape=list(y.shape), x=x, y=y, dy=dy, dx=dx,
    )


def avg_pool_cases():
    cases = []
    for ceil_mode, include, divisor in itertools.product([False, True], [False, True], [0, 5]):
        options = (ceil_mode, include, divisor)
        cases.append(avg_pool(1, 1, [7, 10], [3, 4], [3, 4], [1, 2], [1, 2], [1, 1], *options))
    for include in [False, True]:
        cases += [
            avg_pool(2, 2, [8], [3], [2], [1], [1], [1], True, include, 0),
            avg_pool(1, 1, [4, 5, 8], [3, 2, 3], [2, 1, 3], [1, 1, 1], [1, 1, 1], [1, 1, 1], True, include, 0),
            avg_pool(1, 2, [6, 7], [4, 3], [1, 2], [2, 0], [1, 2], [1, 1], False, include, 0),
            avg_pool(1, 2, [9, 7], [2, 3], [2, 1], [1, 0], [2, 3], [3, 2], False, include, 0),
        ]
    cases.append(avg_pool(1, 1, [6], [3], [1], [2], [0], [1], False, True, 7))
    return cases


def softmax_cross_entropy():
    logits = (integers(4, 5) * 2.5).requires_grad_()
    labels = torch.tensor([0, 4, 2, 2])
    loss = F.cross_entropy(logits, labels, reduction="none")
    (dlogits,) = torch.autograd.grad(loss.mean(), logits)
    return dict(extents=[4, 5], logits=logits, labels=labels, loss=loss, dlogits=dlogits)


def sigmoid_and_error():
    z = (integers(6) / 2).requires_grad_()
    target = torch.tensor([0.0, 1, 1, 0, 0.5, 0.25])
    y_hat = torch.sigmoid(z)
    loss = 0.5 * (y_hat - target) ** 2
    (dz,) = torch.autograd.grad(loss.sum(), z)
    return dict(z=z, target=target, y_hat=y_hat, loss=loss, dz=dz)


def sgd():
    """Two steps; every number is a short binary fraction, so that f32 holds all of them."""
    w = torch.nn.Parameter(integers(5))
    optimizer = torch.optim.SGD([w], lr=0.25, momentum=0.5, weight_decay=0.125)
    case = dict(hyper=[0.25, 0.5, 0.125], w0=w.detach().clone(), v0=torch.zeros(5))
    for step in [1, 2]:
        w.grad = integers(5)
        case[f"dw{step}"] = w.grad.clone()
        optimizer.step()
        case[f"w{step}"] = w.detach().clone()
        case[f"v{step}"] = optimizer.state[w]["momentum_buffer"].clone()
    return case


if __name__ == "__main__":
    torch.manual_seed(1)
    GOLDEN.mkdir(parents=True, exist_ok=True)
    write("conv.txt", conv_cases())
    write("max_pool.txt", max_pool_cases())
    write("average_pool.txt", avg_pool_cases())
    write("softmax_cross_entropy.txt", [softmax_cross_entropy()])
    write("half_squared_error.txt", [sigmoid_and_error()])
    write("sgd.txt", [sgd()])
    write("conv_transpose.txt", conv_transpose_cases())
    write("conv_padding.txt", conv_padding_cases())
