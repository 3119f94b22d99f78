import HTTP
import Hashing

/// A blob that is whole, in a file without a name, on its way to a store.
struct SpooledBlob: Sendable {
    let file: OpenFile
    let sum: StreamHash.Sum
    let contentType: String

    var size: Int64 { sum.size }

    /// Bytes of the file.
    /// - Throws: ``StorageError`` if they cannot be read back.
    func bytes(from offset: Int64, count: Int64) throws(StorageError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(count))
        var done = 0
        while done < bytes.count {
            let read = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe file.read(at: offset + Int64(done), into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
            }
            guard read > 0 else { throw .damaged(object: "the spooled blob \(sum.digest)", reason: "it cannot be read back") }
            done += read
        }
        return bytes
    }
}
