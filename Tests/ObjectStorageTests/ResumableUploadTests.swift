import ObjectStorage
import Testing

@Suite struct ResumableUploadTests {
    private let chunk = ResumableUpload.alignment

    @Test(arguments: [(1, 1), (262_144, 1), (262_145, 2), (1_000_000, 4)] as [(Int64, Int64)])
    func chunksAreAligned(asked: Int64, multiple: Int64) {
        #expect(ResumableUpload(size: 1, chunk: asked).chunk == multiple * 262_144)
    }

    @Test func theUndisturbedWay() {
        var upload = ResumableUpload(size: chunk * 2 + 10, chunk: chunk)
        #expect(upload.step == .begin)
        var isNext = upload.handle(.began(session: "s"))
        #expect(isNext && upload.step == .send(session: "s", offset: 0, count: chunk))
        isNext = upload.handle(.has(chunk))
        #expect(isNext && upload.step == .send(session: "s", offset: chunk, count: chunk))
        isNext = upload.handle(.has(chunk * 2))
        #expect(isNext && upload.step == .send(session: "s", offset: chunk * 2, count: 10))
        #expect(upload.failures == 0)
    }

    @Test func afterAFailureTheServerSaysWhereToGoOn() {
        var upload = ResumableUpload(size: chunk * 4, chunk: chunk * 4)
        _ = upload.handle(.began(session: "s"))
        _ = upload.handle(.failed)
        #expect(upload.step == .ask(session: "s"))
        _ = upload.handle(.failed)
        #expect(upload.step == .ask(session: "s"))
        #expect(upload.failures == 2)
        _ = upload.handle(.has(chunk * 3))
        #expect(upload.step == .send(session: "s", offset: chunk * 3, count: chunk))
        #expect(upload.failures == 0)
    }

    @Test func aServerThatGetsNowhereCountsAsFailing() {
        var upload = ResumableUpload(size: chunk * 2, chunk: chunk)
        _ = upload.handle(.began(session: "s"))
        for count in 1...3 {
            _ = upload.handle(.has(0))
            #expect(upload.failures == count)
        }
        // It may lose what it had.
        _ = upload.handle(.has(chunk))
        _ = upload.handle(.has(0))
        #expect(upload.step == .send(session: "s", offset: 0, count: chunk))
        #expect(upload.failures == 1)
    }

    @Test func withAllOfItTheServerIsAskedWhetherItIsDone() {
        var upload = ResumableUpload(size: chunk, chunk: chunk)
        _ = upload.handle(.began(session: "s"))
        let isNext = upload.handle(.has(chunk))
        #expect(isNext && upload.step == .ask(session: "s"))
    }

    @Test(arguments: [-1, 262_145] as [Int64])
    func anOffsetThatCannotBeEndsIt(offset: Int64) {
        var upload = ResumableUpload(size: chunk, chunk: chunk)
        _ = upload.handle(.began(session: "s"))
        let isNext = upload.handle(.has(offset))
        #expect(!isNext)
    }

    @Test func anExpiredSessionIsBegunAnewButNotForEver() {
        var upload = ResumableUpload(size: chunk, chunk: chunk)
        for _ in 1..<ResumableUpload.sessions {
            _ = upload.handle(.began(session: "s"))
            let isNext = upload.handle(.expired)
            #expect(isNext && upload.step == .begin)
        }
        _ = upload.handle(.began(session: "s"))
        let isNext = upload.handle(.expired)
        #expect(!isNext)
    }
}
