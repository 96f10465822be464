// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.internal.SlabPool;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Buffers that are used again.
final class BufferPoolTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 1024, 1025, 4096, 5000, 65_536, 262_144, 1 << 20, (2 << 20) + 1})
  void buffersAreLargeEnoughAlignedAndWritable(long bytes) {
    try (BufferPool pool = BufferPools.offHeap(64 << 20);
        PooledBuffer buffer = pool.tryAcquire(bytes)) {
      MemorySegment memory = buffer.segment();
      assertThat(memory.byteSize())
          .isGreaterThanOrEqualTo(Math.max(1024, bytes))
          .isLessThan(Math.max(1025, 2 * bytes));
      assertThat(memory.address() % Math.min(memory.byteSize(), StorageFile.BLOCK_BYTES)).isZero();
      memory.fill((byte) 7);
      assertThat(pool.usedBytes()).isEqualTo(memory.byteSize());
    }
  }

  @Test
  void theLimitHoldsAndRoomIsGivenFromOneSizeToAnother() {
    try (BufferPool pool = BufferPools.offHeap(1 << 20)) {
      List<PooledBuffer> out = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        out.add(pool.tryAcquire(256 << 10));
      }
      assertThat(out).doesNotContainNull();
      assertThat(pool.tryAcquire(1)).isNull();
      assertThat(pool.usedBytes()).isEqualTo(1 << 20);
      out.forEach(PooledBuffer::release);
      assertThat(pool.usedBytes()).isZero();
      PooledBuffer small = pool.tryAcquire(1);
      assertThat(small).isNotNull();
      assertThat(pool.tryAcquire(1 << 20)).isNull();
      small.release();
      PooledBuffer whole = pool.tryAcquire(1 << 20);
      assertThat(whole).isNotNull();
      whole.release();
      assertThatThrownBy(() -> pool.tryAcquire((1 << 20) + 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> pool.tryAcquire(0)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> BufferPools.offHeap(1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSecondReleaseAndUseAfterReleaseAreFound() {
    try (BufferPool pool = BufferPools.offHeap(1 << 20)) {
      PooledBuffer buffer = pool.tryAcquire(4096);
      buffer.release();
      assertThatThrownBy(buffer::release).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(buffer::segment).isInstanceOf(IllegalStateException.class);
      buffer.close();
      // Oldest release first: the next owner gets another buffer, so the second release is still
      // found.
      PooledBuffer other = pool.tryAcquire(4096);
      assertThat(other).isNotSameAs(buffer);
      assertThatThrownBy(buffer::release).isInstanceOf(IllegalStateException.class);
      other.close();
      assertThat(pool.usedBytes()).isZero();
    }
  }

  @Test
  void buffersStillOutWhenThePoolClosesAreFreedByTheirRelease() {
    BufferPool pool = BufferPools.offHeap(1 << 20);
    PooledBuffer buffer = pool.tryAcquire(4096);
    MemorySegment memory = buffer.segment();
    pool.close();
    pool.close();
    memory.fill((byte) 1);
    assertThat(memory.scope().isAlive()).isTrue();
    assertThatThrownBy(() -> pool.tryAcquire(1)).isInstanceOf(IllegalStateException.class);
    buffer.release();
    assertThat(memory.scope().isAlive()).isFalse();
    assertThat(pool.usedBytes()).isZero();
  }

  /// `SEAWALL_WAL_DISABLE_BUFFER_POOL`.
  @Test
  void aPoolThatKeepsNothingGivesMemoryBackWithEveryRelease() {
    try (BufferPool pool = new SlabPool(1 << 20, false)) {
      PooledBuffer first = pool.tryAcquire(1 << 20);
      MemorySegment memory = first.segment();
      assertThat(pool.tryAcquire(1)).as("the limit holds").isNull();
      first.release();
      assertThat(memory.scope().isAlive()).isFalse();
      assertThat(pool.usedBytes()).isZero();
      assertThatThrownBy(first::release).isInstanceOf(IllegalStateException.class);
      PooledBuffer second = pool.tryAcquire(1 << 20);
      assertThat(second).isNotNull().isNotSameAs(first);
      second.close();
      second.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void buffersOfManyOwnersNeverOverlap(boolean keeps) {
    SplittableRandom random = new SplittableRandom(1);
    try (BufferPool pool = new SlabPool(4 << 20, keeps)) {
      List<PooledBuffer> out = new ArrayList<>();
      List<Byte> marks = new ArrayList<>();
      for (int i = 0; i < 3000; i++) {
        PooledBuffer buffer = pool.tryAcquire(1L << random.nextInt(10, 19));
        if (buffer == null || random.nextInt(3) == 0) {
          if (!out.isEmpty()) {
            int at = random.nextInt(out.size());
            PooledBuffer old = out.remove(at);
            byte mark = marks.remove(at);
            MemorySegment memory = old.segment();
            assertThat(memory.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0)).isEqualTo(mark);
            assertThat(memory.get(java.lang.foreign.ValueLayout.JAVA_BYTE, memory.byteSize() - 1))
                .isEqualTo(mark);
            old.release();
          }
        }
        if (buffer != null) {
          buffer.segment().fill((byte) i);
          out.add(buffer);
          marks.add((byte) i);
        }
        assertThat(pool.usedBytes()).isLessThanOrEqualTo(4 << 20);
      }
      out.forEach(PooledBuffer::release);
    }
  }
}
