extension SuspicionWeights {
    /// What a node uses until it has weights of its own. Made by `deploy/train_suspicions`; do not edit.
    public static let shipped = SuspicionWeights(text: shippedText) ?? SuspicionWeights()

    /// Trained on made-up pupils (docs/duplicates.md); the columns are one child, siblings, twins.
    static let shippedText = """
        pairs 0.0251625 0.06385 0.006175
        threshold 2
        name equal 0.596821 0.00789314 0.00454545
        name sound 0.156508 0.00752118 0.0103147
        name shape 0.0677844 0.00752118 0.0103147
        name swapped 0.0243666 0.0051034 0.00839161
        name dropped 0.0413562 0.00882306 0.0141608
        name surname 0.049379 0.00454545 0.00454545
        name near 0.00454545 0.00491742 0.00839161
        name edit 0.00501739 0.00528939 0.00454545
        name partly 0.0153999 0.218984 0.49493
        name surnameOnly 0.0333333 0.627588 0.431469
        name different 0.00548932 0.101814 0.00839161
        birthDate equal 0.50722 0.00555556 0.947863
        birthDate swapped 0.0367031 0.00592752 0.00555556
        birthDate year 0.13109 0.00648547 0.00555556
        birthDate month 0.051333 0.00592752 0.00555556
        birthDate day 0.0503891 0.00555556 0.0132479
        birthDate digit 0.168844 0.00760137 0.00555556
        birthDate transposed 0.0296241 0.00555556 0.00555556
        birthDate partial 0.00649942 0.00704342 0.00555556
        birthDate different 0.0182977 0.950348 0.00555556
        sex equal 0.893356 0.488097 0.811538
        sex different 0.106644 0.511903 0.188462
        number near 0.107911 0.00833333 0.00833333
        number sequence 0.0187158 0.00833333 0.660256
        number far 0.00833333 0.849533 0.20641
        number oneWithout 0.571349 0.115273 0.108333
        number bothWithout 0.243356 0.0101932 0.00833333
        number sameDocument 0.0503353 0.00833333 0.00833333
        guardian sameNumber 0.854287 0.836507 0.913846
        guardian nearNumber 0.01 0.01 0.01
        guardian sameName 0.109578 0.0371535 0.0503846
        guardian sameNameOtherNumber 0.0114158 0.010372 0.0119231
        guardian different 0.0147193 0.105967 0.0138462
        phone equal 0.472742 0.912974 0.873605
        phone near 0.0966218 0.0200341 0.0244218
        phone different 0.430636 0.0669916 0.101973
        address equal 0.493908 0.725018 0.897154
        address near 0.10534 0.0643997 0.0707317
        address different 0.400752 0.210582 0.0321138
        origin equal 0.853956 0.824501 0.908654
        origin half 0.0125 0.0125 0.0125
        origin province 0.0158035 0.0164056 0.0144231
        origin different 0.117741 0.146594 0.0644231
        nativePlace equal 0.719927 0.726116 0.806731
        nativePlace half 0.0125 0.0125 0.0125
        nativePlace province 0.0158035 0.0201253 0.0125
        nativePlace different 0.25177 0.241259 0.168269
        entryMonth equal 0.84538 0.129744 0.966667
        entryMonth neighbouring 0.116716 0.300476 0.0166667
        entryMonth different 0.0379036 0.569779 0.0166667
        school same 0.0870653 0.0443031 0.660577
        school county 0.186643 0.756803 0.227885
        school province 0.0356247 0.0686668 0.0682692
        school different 0.690667 0.130227 0.0432692
        """
}
