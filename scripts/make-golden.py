"""Writes tests/golden/*.txt: small convolutions, poolings and losses with PyTorch's results.

    pip install torch
    python scripts/make-golden.py

The data are small integers, so that convolutions and max poolings are exact. Where PyTorch has no asymmetric padding the
input is padded first (a transposed convolution's output is cut), and where it has no dilated average pooling a
convolution with ones does it. A case is a block of
lines `key values...`, ended by an empty line; the tensors are flat, their shapes follow from the parameters.
"""

import itertools
import math
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


ADAPTIVE_MAX = [F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d]
ADAPTIVE_AVG = [F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d]
MAX_UNPOOL = [F.max_unpool1d, F.max_unpool2d, F.max_unpool3d]
LP_POOL = [F.lp_pool1d, F.lp_pool2d, F.lp_pool3d]


def adaptive_pool(batch, channels, extents, outputs):
    """Maximum and average of one x; y, dy and dx of the average behind those of the maximum."""
    x = integers(batch, channels, *extents).requires_grad_()
    y_max, indices = ADAPTIVE_MAX[len(outputs) - 1](x, outputs, return_indices=True)
    y_avg = ADAPTIVE_AVG[len(outputs) - 1](x, outputs)
    dy = integers(*y_max.shape)
    (dx_max,) = torch.autograd.grad(y_max, x, dy)
    (dx_avg,) = torch.autograd.grad(y_avg, x, dy)
    return dict(
        outputs=outputs, x_shape=list(x.shape), y_shape=list(y_max.shape),
        x=x, indices=indices, dy=dy, y_max=y_max, dx_max=dx_max, y_avg=y_avg, dx_avg=dx_avg,
    )


def adaptive_pool_cases():
    return [
        adaptive_pool(2, 2, [7], [3]),
        adaptive_pool(1, 2, [8], [2]),
        adaptive_pool(1, 2, [7, 10], [3, 4]),
        adaptive_pool(1, 2, [5, 3], [7, 2]),
        adaptive_pool(2, 2, [5, 6], [1, 1]),
        adaptive_pool(1, 1, [5, 4, 7], [2, 3, 3]),
    ]


def max_unpool(batch, channels, extents, taps, stride):
    """Of windows that do not overlap: of others PyTorch does not say which value stays."""
    x = integers(batch, channels, *extents)
    y, indices = MAX_POOL[len(taps) - 1](x, taps, stride, return_indices=True)
    y = integers(*y.shape).requires_grad_()
    x = MAX_UNPOOL[len(taps) - 1](y, indices, taps, stride, 0, extents)
    dx = integers(*x.shape)
    (dy,) = torch.autograd.grad(x, y, dx)
    return dict(
        taps=taps, stride=stride, low=[0] * len(taps), high=[0] * len(taps), dilation=[1] * len(taps),
        x_shape=list(x.shape), y_shape=list(y.shape), y=y, indices=indices, x=x, dx=dx, dy=dy,
    )


def max_unpool_cases():
    return [
        max_unpool(2, 2, [7], [2], [3]),
        max_unpool(1, 2, [7, 10], [3, 2], [3, 2]),
        max_unpool(1, 2, [5, 6, 4], [2, 3, 1], [2, 3, 2]),
    ]


def lp_pool(batch, channels, extents, taps, stride, ceil_mode, p):
    """Positive values: PyTorch leaves the absolute value out, and its gradient at a norm of 0 is NaN."""
    x = torch.randint(1, 6, (batch, channels, *extents)).double().requires_grad_()
    y = LP_POOL[len(taps) - 1](x, p, taps if len(taps) > 1 else taps[0], stride if len(taps) > 1 else stride[0], ceil_mode)
    dy = integers(*y.shape)
    (dx,) = torch.autograd.grad(y, x, dy)
    return dict(
        taps=taps, stride=stride, ceil_mode=ceil_mode, p=p, x_shape=list(x.shape), y_shape=list(y.shape),
        x=x, y=y, dy=dy, dx=dx,
    )


def lp_pool_cases():
    return [
        lp_pool(2, 2, [7], [3], [2], False, 1.0),
        lp_pool(1, 2, [7, 10], [3, 2], [2, 3], False, 2.0),
        lp_pool(1, 2, [7, 8], [2, 3], [1, 2], False, 3.0),
        lp_pool(1, 1, [5, 6, 4], [2, 3, 2], [2, 2, 1], False, 2.5),
    ]


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


def nesterov():
    case = sgd()
    w = torch.nn.Parameter(case["w0"].clone())
    optimizer = torch.optim.SGD([w], lr=0.25, momentum=0.5, weight_decay=0.125, nesterov=True)
    for step in [1, 2]:
        w.grad = case[f"dw{step}"].clone()
        optimizer.step()
        case[f"w{step}"] = w.detach().clone()
        case[f"v{step}"] = optimizer.state[w]["momentum_buffer"].clone()
    return case


def adam(optimiser):
    """Four steps; the gradients are of very different lengths, and one is zero at first."""
    w = torch.nn.Parameter(integers(6) / 4)
    hyper = dict(lr=0.05, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.125)
    optimizer = optimiser([w], **hyper)
    case = dict(hyper=[0.05, 0.8, 0.99, 1e-6, 0.125], w0=w.detach().clone())
    for step in [1, 2, 3, 4]:
        w.grad = integers(6) * torch.tensor([1.0, 0.001, 100.0, 1.0, 0.0 if step == 1 else 1.0, 2.0])
        case[f"dw{step}"] = w.grad.clone()
        optimizer.step()
        case[f"w{step}"] = w.detach().clone()
        case[f"m{step}"] = optimizer.state[w]["exp_avg"].clone()
        case[f"v{step}"] = optimizer.state[w]["exp_avg_sq"].clone()
    return case


def batch_norm(batch, channels, extents, eps, momentum):
    norm = torch.nn.BatchNorm1d if len(extents) < 2 else [None, None, torch.nn.BatchNorm2d, torch.nn.BatchNorm3d][len(extents)]
    norm = norm(channels, eps=eps, momentum=momentum)
    with torch.no_grad():
        norm.weight.copy_(integers(channels) / 2)
        norm.bias.copy_(integers(channels))
        norm.running_mean.copy_(integers(channels))
        norm.running_var.copy_(integers(channels).abs() + 0.5)
    x = integers(batch, channels, *extents).requires_grad_()
    case = dict(
        extents=[batch, channels, math.prod(extents)], eps=eps, momentum=momentum, x=x, w=norm.weight, b=norm.bias,
        running_mean=norm.running_mean.clone(), running_var=norm.running_var.clone(),
    )
    norm.eval()
    case["inference"] = norm(x)
    norm.train()
    y = norm(x)
    dy = integers(*y.shape)
    dx, dw, db = torch.autograd.grad(y, (x, norm.weight, norm.bias), dy)
    return case | dict(
        y=y, new_running_mean=norm.running_mean, new_running_var=norm.running_var, dy=dy, dx=dx, dw=dw, db=db,
    )


def batch_norm_cases():
    return [
        batch_norm(3, 2, [4, 5], 0.0625, 0.125),
        batch_norm(5, 3, [], 0.25, 0.5),
        batch_norm(2, 1, [7], 0.0625, 1.0),
        batch_norm(1, 2, [2, 3, 4], 0.125, 0.25),
    ]


def schedules():
    """Part of the learning rate at each of twelve steps, as PyTorch's own schedulers give it."""
    def factors(scheduler):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        schedule, found = scheduler(optimizer), []
        for _ in range(12):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        return found

    lr = torch.optim.lr_scheduler

    def cosine(optimizer):
        warm_up = lr.LinearLR(optimizer, start_factor=0.25, end_factor=1.0, total_iters=3)
        return lr.SequentialLR(optimizer, [warm_up, lr.CosineAnnealingLR(optimizer, 8, eta_min=0.125)], milestones=[4])

    return dict(
        step=factors(lambda optimizer: lr.StepLR(optimizer, 5, gamma=0.5)),
        linear=factors(lambda optimizer: lr.LinearLR(optimizer, start_factor=1.0, end_factor=0.25, total_iters=12)),
        cosine=factors(cosine),
    )


def activation_case(y):
    """Forward and gradient at points around 0 and far from it."""
    x = torch.tensor([-9.5, -4.25, -3.0, -1.5, -0.75, -0.125, 0.0, 0.25, 0.625, 1.0, 2.5, 5.0, 8.75]).requires_grad_()
    y = y(x)
    dy = torch.arange(1.0, 14.0)
    (dx,) = torch.autograd.grad(y, x, dy)
    return dict(x=x, y=y, dy=dy, dx=dx)


def activation_cases():
    """In the order of Activation::ALL without the first: the identity."""
    return [
        activation_case(F.relu),
        activation_case(lambda x: F.leaky_relu(x, 0.125)),
        activation_case(torch.sigmoid),
        activation_case(torch.tanh),
        activation_case(F.silu),
        activation_case(F.gelu),
        activation_case(lambda x: F.gelu(x, approximate="tanh")),
    ]


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
    write("activations.txt", activation_cases())
    write("adaptive_pool.txt", adaptive_pool_cases())
    write("max_unpool.txt", max_unpool_cases())
    write("lp_pool.txt", lp_pool_cases())
    write("sgd_nesterov.txt", [nesterov()])
    write("adam.txt", [adam(torch.optim.Adam)])
    write("adamw.txt", [adam(torch.optim.AdamW)])
    write("batch_norm.txt", batch_norm_cases())
    write("schedules.txt", [schedules()])
    write("conv_padding.txt", conv_padding_cases())
