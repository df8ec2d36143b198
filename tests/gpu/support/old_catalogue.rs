//! Shapes that found bugs in other libraries, or would in ours. Along the axes of a case no two parameters are alike,
//! unless the case is about that.

use super::old_case::{ConvCase, Kind, PoolCase, Window};

fn conv(window: &Window, groups: usize, x: &[usize], w: &[usize]) -> ConvCase {
    ConvCase { window: window.clone(), groups, x: x.to_vec(), w: w.to_vec() }
}

fn plain(taps: &[usize]) -> Window {
    let (one, zero) = (vec![1; taps.len()], vec![0; taps.len()]);
    Window::new(taps, &one, &one, &zero, &zero)
}

/// Convolutions, with a name each.
pub fn convolutions() -> Vec<(&'static str, ConvCase)> {
    let mixed = Window::new(&[3, 2], &[2, 3], &[1, 2], &[2, 1], &[0, 3]);
    let line = Window::new(&[3], &[2], &[2], &[2], &[1]);
    let space = Window::new(&[2, 3, 1], &[1, 2, 3], &[2, 1, 1], &[1, 0, 2], &[0, 2, 1]);
    let dropped = Window::new(&[2, 3], &[3, 5], &[1, 1], &[0, 0], &[0, 0]);
    let gaps = Window::new(&[1, 2], &[3, 4], &[1, 1], &[0, 1], &[0, 0]);
    let wide = Window::new(&[2, 3], &[1, 2], &[1, 1], &[5, 4], &[3, 7]);
    let centre = Window::new(&[3, 3], &[1, 1], &[9, 7], &[9, 7], &[9, 7]);
    let same_5x3 = Window::new(&[5, 3], &[1, 1], &[1, 1], &[2, 1], &[2, 1]);
    vec![
        ("one of everything", conv(&plain(&[1, 1]), 1, &[1, 1, 1, 1], &[1, 1, 1, 1])),
        ("1x1 kernel", conv(&plain(&[1, 1]), 1, &[2, 3, 4, 5], &[4, 3, 1, 1])),
        (
            "1x1 kernel, stride 2, 3",
            conv(&Window::new(&[1, 1], &[2, 3], &[1, 1], &[0, 0], &[0, 0]), 1, &[2, 3, 7, 8], &[4, 3, 1, 1]),
        ),
        ("rank 1", conv(&line, 1, &[2, 3, 9], &[2, 3, 3])),
        ("rank 1, groups", conv(&line, 3, &[3, 6, 10], &[3, 2, 3])),
        ("rank 1, even kernel", conv(&Window::new(&[4], &[1], &[1], &[2], &[1]), 1, &[2, 2, 11], &[3, 2, 4])),
        ("all parameters different", conv(&mixed, 1, &[2, 3, 7, 10], &[5, 3, 3, 2])),
        ("groups", conv(&mixed, 2, &[3, 6, 7, 10], &[4, 3, 3, 2])),
        ("depthwise", conv(&mixed, 5, &[2, 5, 7, 10], &[5, 1, 3, 2])),
        ("depthwise, multiplier 3", conv(&mixed, 4, &[2, 4, 7, 10], &[12, 1, 3, 2])),
        ("stride drops tail rows and columns", conv(&dropped, 1, &[2, 2, 7, 12], &[3, 2, 2, 3])),
        ("stride skips cells", conv(&gaps, 1, &[2, 2, 8, 11], &[3, 2, 1, 2])),
        ("padding larger than the kernel", conv(&wide, 1, &[2, 2, 3, 5], &[2, 2, 2, 3])),
        ("only the centre tap touches", conv(&centre, 1, &[2, 3, 4, 6], &[2, 3, 3, 3])),
        ("one-pixel output", conv(&plain(&[4, 3]), 1, &[2, 3, 4, 3], &[2, 3, 4, 3])),
        (
            "one-pixel input",
            conv(&Window::new(&[3, 2], &[1, 1], &[1, 1], &[1, 0], &[1, 1]), 1, &[2, 2, 1, 1], &[2, 2, 3, 2]),
        ),
        ("channels 63 to 65, more than a workgroup", conv(&plain(&[1, 2]), 1, &[1, 63, 3, 4], &[65, 63, 1, 2])),
        ("odd plane, channels no multiple of 4", conv(&same_5x3, 1, &[2, 5, 13, 11], &[7, 5, 5, 3])),
        (
            "first layer of a network",
            conv(&Window::new(&[7, 7], &[2, 2], &[1, 1], &[3, 3], &[3, 3]), 1, &[1, 3, 19, 23], &[8, 3, 7, 7]),
        ),
        ("rank 3", conv(&space, 1, &[2, 3, 4, 5, 6], &[2, 3, 2, 3, 1])),
        ("rank 3, groups", conv(&space, 2, &[2, 4, 4, 5, 6], &[6, 2, 2, 3, 1])),
        ("rank 3, depthwise", conv(&space, 3, &[1, 3, 5, 4, 7], &[3, 1, 2, 3, 1])),
    ]
}

/// Windows and inputs for pooling.
fn pools() -> Vec<(&'static str, Window, Vec<usize>)> {
    vec![
        ("one of everything", plain(&[1, 1]), vec![1, 1, 1, 1]),
        ("2x2, the notebooks'", Window::new(&[2, 2], &[2, 2], &[1, 1], &[0, 0], &[0, 0]), vec![2, 3, 6, 8]),
        ("rank 1", Window::new(&[3], &[2], &[1], &[1], &[0]), vec![2, 3, 8]),
        ("no overlap, tail dropped", Window::new(&[2, 3], &[2, 3], &[1, 1], &[0, 0], &[0, 0]), vec![2, 2, 7, 10]),
        ("overlap", Window::new(&[3, 2], &[1, 1], &[1, 1], &[1, 0], &[2, 1]), vec![2, 2, 5, 6]),
        ("dilation", Window::new(&[3, 4], &[2, 3], &[2, 1], &[1, 2], &[0, 3]), vec![1, 2, 8, 9]),
        ("stride skips cells", Window::new(&[1, 2], &[3, 4], &[1, 1], &[0, 1], &[0, 0]), vec![2, 1, 8, 11]),
        ("window of the whole plane", Window::new(&[5, 7], &[1, 2], &[1, 1], &[0, 0], &[0, 0]), vec![2, 3, 5, 7]),
        ("resnet's", Window::new(&[3, 3], &[2, 2], &[1, 1], &[1, 1], &[1, 1]), vec![1, 4, 13, 11]),
        ("rank 3", Window::new(&[2, 3, 2], &[2, 1, 3], &[1, 2, 1], &[1, 0, 1], &[0, 2, 1]), vec![2, 2, 5, 6, 7]),
    ]
}

/// Poolings of a kind, each in floor and in ceil mode, with a name each.
pub fn poolings(kind: Kind) -> Vec<(String, PoolCase)> {
    let mut cases = Vec::new();
    for (name, window, x) in pools() {
        for ceil_mode in [false, true] {
            let case = PoolCase { window: window.clone(), ceil_mode, kind, x: x.clone() };
            cases.push((format!("{name}, {kind:?}, ceil mode {ceil_mode}"), case));
        }
    }
    cases
}
