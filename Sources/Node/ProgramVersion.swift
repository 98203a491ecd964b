/// Version of this program, as shown and as told to peers.
public enum ProgramVersion {
    public static let text = "0.1.0"
    /// 2026-11-01 in China, seconds since 1970: a clock that shows an earlier time than this program's is wrong.
    static let writtenAfter: Int64 = 1_793_462_400
}
