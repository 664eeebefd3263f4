//! The Merkle tree over the lines of a log: roots, and proofs that need nothing but hashes.
//!
//! Leaves and nodes have different prefixes, as RFC 6962 says, so neither can be taken for the other. What a checkpoint
//! says of a log is its size and its root; a proof shows that a line is in it, or that a later log goes on from it.
//! Pure. Spec: <https://www.rfc-editor.org/rfc/rfc9162#section-2.1>.

use sha2::{Digest, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// Levels of the tree between two hashes that are kept: the root of 256 leaves, of 256 of those, and so on.
pub const TILE_LEVELS: u32 = 8;

/// The hash of a leaf: its salt, then its content.
pub fn leaf(salt: &[u8], content: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(salt).chain_update(content).finalize().into()
}

/// The hash of two neighbours.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The right edge of a growing tree: the roots of its complete parts, the largest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// Of a tree of this size with these complete parts.
    pub fn new(size: u64, peaks: Vec<Hash>) -> Frontier {
        Frontier { size, peaks }
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; tells each tile that it completes: its level, its number and its root.
    pub fn push(&mut self, leaf: Hash, mut complete: impl FnMut(u32, u64, Hash)) {
        let (mut hash, mut left, mut level) = (leaf, self.size, 0);
        while left & 1 == 1 {
            let Some(peak) = self.peaks.pop() else { break };
            hash = node(&peak, &hash);
            left >>= 1;
            level += 1;
            if level % TILE_LEVELS == 0 {
                complete(level / TILE_LEVELS, left, hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return Sha256::digest([]).into() };
        peaks.fold(*last, |right, left| node(left, &right))
    }
}

/// The number of leaves in the left part of a tree: the largest power of two below its size.
pub fn left_size(size: u64) -> u64 {
    1 << (63 - (size - 1).leading_zeros())
}

/// The hashes that lead from leaf `n` to the root of a tree of `size`. `range` gives the root of some leaves.
pub fn inclusion<E>(n: u64, size: u64, range: &mut impl FnMut(u64, u64) -> Result<Hash, E>) -> Result<Vec<Hash>, E> {
    let (mut low, mut high, mut path) = (0, size, Vec::new());
    while high - low > 1 {
        let middle = low + left_size(high - low);
        if n < middle {
            path.push(range(middle, high)?);
            high = middle;
        } else {
            path.push(range(low, middle)?);
            low = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The hashes that show that a tree of `new` leaves goes on from one of `old`, which is not empty.
pub fn consistency<E>(old: u64, new: u64, range: &mut impl FnMut(u64, u64) -> Result<Hash, E>) -> Result<Vec<Hash>, E> {
    let (mut low, mut high, mut path) = (0, new, Vec::new());
    // A part that ends where the old tree ended and begins at its beginning is the old root itself.
    while high != old {
        let middle = low + left_size(high - low);
        if old <= middle {
            path.push(range(middle, high)?);
            high = middle;
        } else {
            path.push(range(low, middle)?);
            low = middle;
        }
    }
    if low > 0 {
        path.push(range(low, high)?);
    }
    path.reverse();
    Ok(path)
}

/// Whether the leaf is number `n` of the tree with this size and root.
pub fn includes(leaf: &Hash, n: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if n >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (n, size - 1, *leaf);
    for other in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node(other, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, other);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether a tree goes on from another; each is given by its size and root.
pub fn extends(old: (u64, &Hash), new: (u64, &Hash), path: &[Hash]) -> bool {
    let ((old, old_root), (new, new_root)) = (old, new);
    if old == 0 || old > new {
        return old == 0 && path.is_empty();
    }
    if old == new {
        return path.is_empty() && old_root == new_root;
    }
    let mut path = path.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { path.next() };
    let Some(first) = first else { return false };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut before, mut after) = (*first, *first);
    for other in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            before = node(other, &before);
            after = node(other, &after);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            after = node(&after, other);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && before == *old_root && after == *new_root
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|n| leaf(&[], &n.to_le_bytes())).collect()
    }

    /// As the RFC defines it.
    fn root(leaves: &[Hash]) -> Hash {
        match leaves.len() {
            0 => Sha256::digest([]).into(),
            1 => leaves[0],
            size => {
                let (left, right) = leaves.split_at(left_size(size as u64) as usize);
                node(&root(left), &root(right))
            }
        }
    }

    #[test]
    fn a_growing_tree_has_the_roots_of_the_rfc() {
        let all = leaves(700);
        let (mut frontier, mut tiles) = (Frontier::default(), Vec::new());
        for n in 0..=700_usize {
            assert_eq!(frontier.root(), root(&all[..n]), "{n}");
            if let Some(next) = all.get(n) {
                frontier.push(*next, |level, n, hash| tiles.push((level, n, hash)));
            }
        }
        assert_eq!(tiles, [(1, 0, root(&all[..256])), (1, 1, root(&all[256..512]))]);
    }

    #[test]
    fn proofs_hold_for_what_is_so_and_nothing_else() {
        let all = leaves(70);
        let mut range = |low: u64, high: u64| Ok::<_, ()>(root(&all[low as usize..high as usize]));
        for size in 1..=70_u64 {
            let whole = root(&all[..size as usize]);
            for n in 0..size {
                let path = inclusion(n, size, &mut range).unwrap();
                assert!(includes(&all[n as usize], n, size, &path, &whole), "{n} of {size}");
                assert!(!includes(&all[(n as usize + 1) % 70], n, size, &path, &whole));
                assert!(size == 1 || !includes(&all[n as usize], (n + 1) % size, size, &path, &whole));
            }
            for old in 1..=size {
                let before = root(&all[..old as usize]);
                let path = consistency(old, size, &mut range).unwrap();
                assert!(extends((old, &before), (size, &whole), &path), "{old} in {size}");
                assert!(!extends((old, &all[0]), (size, &whole), &path) || old == 1);
                assert!(old == size || !extends((old, &before), (size, &before), &path));
            }
        }
    }
}
