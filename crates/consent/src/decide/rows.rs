//! Growing arrays in pages of their own. Memory of millions of people is read at random, and then most
//! of the time goes into finding the page: with pages of 2 MiB (Linux, transparent huge pages) an
//! access takes three quarters of the time. Outside of the allocator a replaced array also leaves no
//! hole behind, and room at the end costs nothing until it is written.

use std::{
    alloc::{Layout, handle_alloc_error},
    marker::PhantomData,
    ops::{Deref, DerefMut},
};

use bytemuck::Pod;
use memmap2::MmapMut;

/// A huge page on the architectures that Privet is built for.
#[cfg(target_os = "linux")]
const HUGE: usize = 2 << 20;
/// Rows of a first mapping at least.
const FIRST: usize = 64;

/// An array that grows at its end. What it dereferences to are the rows.
pub(super) struct Rows<T> {
    map: Option<MmapMut>,
    len: usize,
    of: PhantomData<T>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { map: None, len: 0, of: PhantomData }
    }
}

impl<T: Pod> Rows<T> {
    const SIZE: usize = size_of::<T>();

    /// With room for so many rows.
    pub(super) fn with_capacity(rows: usize) -> Self {
        let mut new = Self::default();
        new.reserve(rows);
        new
    }

    fn capacity(&self) -> usize {
        self.map.as_ref().map_or(0, |map| map.len() / Self::SIZE)
    }

    /// Room for so many rows more, and no more than that: to have some to spare is the caller's
    /// business.
    pub(super) fn reserve(&mut self, more: usize) {
        let rows = self.len + more;
        if rows <= self.capacity() {
            return;
        }
        let mut map = mapped(rows.max(FIRST) * Self::SIZE);
        if let Some(old) = &self.map {
            let used = self.len * Self::SIZE;
            map[..used].copy_from_slice(&old[..used]);
        }
        self.map = Some(map);
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: T) {
        self.extend_from_slice(&[row]);
    }

    /// Adds rows; when there is no room, with a sixteenth to spare.
    pub(super) fn extend_from_slice(&mut self, rows: &[T]) {
        if self.len + rows.len() > self.capacity() {
            self.reserve(rows.len() + self.len / 16 + FIRST);
        }
        let start = self.len;
        self.len += rows.len();
        self[start..].copy_from_slice(rows);
    }

    /// So many rows: the first ones, or all and then `row` again and again.
    pub(super) fn resize(&mut self, rows: usize, row: T) {
        self.reserve(rows.saturating_sub(self.len));
        let start = std::mem::replace(&mut self.len, rows).min(rows);
        self[start..].fill(row);
    }
}

impl<T: Pod> Deref for Rows<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.map.as_ref().map_or(&[], |map| bytemuck::cast_slice(&map[..self.len * Self::SIZE]))
    }
}

impl<T: Pod> DerefMut for Rows<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        let used = self.len * Self::SIZE;
        self.map.as_mut().map_or(&mut [], |map| bytemuck::cast_slice_mut(&mut map[..used]))
    }
}

fn mapped(bytes: usize) -> MmapMut {
    // Only a mapping of whole huge pages begins at one (Linux 6.13); what nobody writes costs nothing.
    #[cfg(target_os = "linux")]
    let length = if bytes < HUGE { bytes } else { bytes.next_multiple_of(HUGE) };
    #[cfg(not(target_os = "linux"))]
    let length = bytes;
    let Ok(map) = MmapMut::map_anon(length) else {
        // What a vector does.
        handle_alloc_error(Layout::from_size_align(bytes, 1).unwrap_or(Layout::new::<u8>()))
    };
    // Whole huge pages only: of a last one that is half used, the other half would be resident too.
    #[cfg(target_os = "linux")]
    if bytes >= HUGE {
        // A kernel without them says no, and that is all right.
        let _ = map.advise_range(memmap2::Advice::HugePage, 0, bytes / HUGE * HUGE);
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn they_behave_like_a_vector(
            steps in prop::collection::vec((0_u8..4, 0_usize..200, any::<[u8; 14]>()), 0..40)
        ) {
            let (mut rows, mut model) = (Rows::default(), Vec::new());
            for (what, count, row) in steps {
                match what {
                    0 => { rows.push(row); model.push(row); }
                    1 => { rows.resize(count, row); model.resize(count, row); }
                    2 => rows.reserve(count),
                    _ => {
                        rows.extend_from_slice(&vec![row; count]);
                        model.extend_from_slice(&vec![row; count]);
                    }
                }
                prop_assert_eq!(&rows[..], &model[..]);
            }
        }
    }

    #[test]
    fn rows_outlive_a_new_mapping() {
        let mut rows = Rows::<u32>::default();
        for n in 0..3_000_000_u32 {
            rows.push(n);
        }
        assert!((0..).zip(rows.iter()).all(|(n, row)| n == *row));
        // A sixteenth and a page to spare.
        assert!(rows.capacity() < 3_800_000, "{}", rows.capacity());
    }
}
