internal import CIsal
private import Glibc

/// ISA-L's state of a stream, at an address that leaves no trace in what comes out.
///
/// ISA-L keeps a table of the places where it has seen four bytes, by their hash. On x86-64 its level 1 (2.30,
/// `isal_deflate_icf_body_hash_hist` in `igzip_icf_body_h1_gr_bt.asm`) puts the third place of an input there not under the hash of the bytes
/// in that place, but under that of bits 16 to 47 of the state's own address. Where later bytes happen to have that hash and to be those of the
/// third place, they become a match: about one input of some ten thousand is compressed otherwise from one run to the next. So all states stand
/// at addresses that have one and the same hash.
@safe final class DeflateStream {
    /// As many bits of a hash as the table goes by.
    private static let hashMask: UInt32 = 0x1fff
    /// Any would do; that of four zero bytes, 0, would be met more often.
    private static let hash: UInt32 = 0x1234
    /// The bits of an address that have no part in its hash.
    private static let freeBits = 16
    /// Addresses that have all higher bits in common have each hash, four times.
    private static let blockSize = 2 << 30

    let state: UnsafeMutablePointer<isal_zstream>
    private let size: Int

    /// - Throws: ``CompressionError`` when there is no address space.
    init() throws(CompressionError) {
        size = unsafe (MemoryLayout<isal_zstream>.size + Self.pageSize - 1) & -Self.pageSize
        // Addresses, no memory: as many as surely hold a block.
        let reserved = 2 * Self.blockSize
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let start = unsafe mmap(nil, reserved, PROT_NONE, flags, -1, 0), unsafe start != MAP_FAILED else { throw Self.noSpace }
        let first = Int(bitPattern: start)
        let block = (first + Self.blockSize - 1) & -Self.blockSize
        // The hash of bits set here and of others set there is the one's with the other's.
        let wanted = Self.hash ^ Self.hash(ofAddress: block)
        let offset = block - first + Self.places[Int(wanted)] << Self.freeBits
        guard unsafe mprotect(start + offset, size, PROT_READ | PROT_WRITE) == 0 else {
            unsafe munmap(start, reserved)
            throw Self.noSpace
        }
        // What is before and after it is given back.
        if offset > 0 { unsafe munmap(start, offset) }
        unsafe munmap(start + offset + size, reserved - offset - size)
        unsafe state = (start + offset).assumingMemoryBound(to: isal_zstream.self)
    }

    deinit { unsafe munmap(state, size) }

    private static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
    private static let noSpace = CompressionError.library(name: "ISA-L", reason: "no address space for a stream")

    /// Where in a block the first address with a hash is, in units of the free bits.
    private static let places: [Int] = {
        var places = [Int](repeating: 0, count: Int(hashMask) + 1)
        for place in (0..<blockSize >> freeBits).reversed() { places[Int(hash(ofAddress: place << freeBits))] = place }
        return places
    }()

    /// The CRC-32C of the four bytes, without the usual inversions, as the processor's instruction `crc32` has it.
    private static func hash(ofAddress address: Int) -> UInt32 {
        var rest = UInt32(truncatingIfNeeded: address >> freeBits)
        for _ in 0..<32 { rest = rest >> 1 ^ (rest & 1 == 0 ? 0 : 0x82f6_3b78) }
        return rest & hashMask
    }
}
