"""Writes tests/golden/network.safetensors and network-logits.safetensors: a network that PyTorch trained, and its answers.

    pip install torch
    python scripts/make-torch-network.py

The network is that of `wgconv train`, trained for two epochs on the embedded photographs in data/. The first file is its
`state_dict` under PyTorch's own names, as `safetensors.torch.save_file` would write it, and in its metadata how the pixels
were normalised, so that `wgconv train --load` takes it. The second file has six test images as the network sees them, and
their logits computed in double precision: what the f32 weights mean, apart from anybody's rounding.
"""

import gzip
import json
import pathlib
import struct

import torch
import torch.nn.functional as F
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "data" / "fashion-mnist"
GOLDEN = ROOT / "tests" / "golden"
EPOCHS, BATCH, IMAGES = 2, 50, 6


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 5, padding="same")
        self.conv2 = nn.Conv2d(16, 32, 3, padding="same")
        self.dense = nn.Linear(32 * 7 * 7, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.dense(x.flatten(1))


def idx(name, header):
    with gzip.open(DATA / name) as file:
        return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)


def images(part):
    return idx(f"{part}-images-idx3-ubyte.gz", 16).view(-1, 1, 28, 28).float() / 255


def labels(part):
    return idx(f"{part}-labels-idx1-ubyte.gz", 8).long()


def save(path, tensors, metadata=None):
    """The format: the header's length in 8 bytes, the header as JSON padded to a multiple of 8, the elements."""
    header, data = {"__metadata__": metadata} if metadata else {}, b""
    for name, tensor in tensors.items():
        elements = tensor.detach().contiguous().numpy().astype("<f4").tobytes()
        ends = [len(data), len(data) + len(elements)]
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": ends}
        data += elements
    header = json.dumps(header, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    train, train_labels, test, test_labels = images("train"), labels("train"), images("t10k"), labels("t10k")
    mean, deviation = train.mean().item(), train.std(correction=0).item()
    train, test = (train - mean) / deviation, (test - mean) / deviation

    network = Network()
    optimiser = torch.optim.SGD(network.parameters(), lr=0.02, momentum=0.9)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(train)).split(BATCH):
            optimiser.zero_grad()
            F.cross_entropy(network(train[batch]), train_labels[batch]).backward()
            optimiser.step()
    with torch.no_grad():
        right = (network(test).argmax(1) == test_labels).float().mean().item()
    print(f"{right:.1%} of the test images are right")

    # The shortest decimals that read back as the same f32, as wgconv writes them.
    normalisation = {"mean": float(str(torch.tensor(mean).numpy())), "deviation": float(str(torch.tensor(deviation).numpy()))}
    metadata = {"wgconv.normalisation": json.dumps(normalisation, separators=(",", ":"))}
    save(GOLDEN / "network.safetensors", network.state_dict(), metadata)
    with torch.no_grad():
        logits = network.double()(test[:IMAGES].double())
    save(GOLDEN / "network-logits.safetensors", {"images": test[:IMAGES], "logits": logits})


if __name__ == "__main__":
    main()
