# ruff: noqa: RUF001 - legal forms are in every script
"""What a firm's name ends or begins with and isn't its name, such as `GmbH` or `S.A. de C.V.`.

By hand, from registers and company pages of some sixty countries, in the form in which names
are compared: small letters without accents, blanks for signs. What is no legal form stays a
part of the name, however common: `Group`, `Holding`, `International`, a country. So do forms
that are also ordinary words or countries (`at`, `uk`, `ok`, `et`), unless they are written
with dots or a slash between the letters: those stand in `AS_INITIALS`.
"""

_ONE_WORD = (
    # Where English is spoken, and where firms have a name in English
    " inc incorporated corp corporation co company ltd limited llc llp lllp lp plc pllc pc cic cio"
    " dac clg teo teoranta unltd unlimited pty pte pvt bhd sdn jsc pjsc ojsc cjsc psc wll fze fzc"
    " fzco dmcc saog saoc sae gte opc se sce eeig"
    # German-speaking countries
    " gmbh ggmbh gesmbh mbh ag kg kgaa ohg gbr gesbr ug haftungsbeschrankt eg ev ek ekfr ekfm"
    " partg partgmbb partgmbbh og stg aktiengesellschaft kommanditgesellschaft sagl"
    # Romance languages
    " sa sas sasu sarl eurl snc sca scs scop sci selarl gie sicav spa srl srls sapa scarl scrl scpa"
    " sl slu sau sll slne slp sal sad sccl sociedad ltda lda eireli eirl sgps crl pfa"
    # Belgium and the Netherlands
    " bv nv vof cv bvba sprl cvba cvoa asbl vzw commv"
    # The north
    " ab abp publ aktiebolag hb kb as asa ans nuf iks aps ivs amba fmba smba oy oyj ky tmi osk ehf"
    " hf ohf slf"
    # The Baltic, the middle and the south-east of Europe
    " ou uab mb sia sro vos ks zs ops kft zrt nyrt bt kkt ska ood eood ead doo jdoo dooel dd epe"
    " ike ovee sti koop"
    # Russian, Ukrainian, Bulgarian, Greek, Hebrew
    " ooo oao zao pao too mchj ооо оао зао пао ао нао тоо тов тзов пат прат оод еоод еад ад"
    " ае αε επε ικε בעמ"
    # Asia
    " kk gk yk tbk tnhh"
)
_SEVERAL_WORDS = (
    "gesellschaft mit beschrankter haftung",
    "societe anonyme",
    "societe a responsabilite limitee",
    "societa per azioni",
    "sociedad anonima",
    "sociedad limitada",
    "sociedade anonima",
    "soc coop",
    "s coop",
    "unipessoal lda",
    "sa de cv",
    "sab de cv",
    "sapi de cv",
    "s de rl de cv",
    "s de rl",
    "s en c",
    "private limited",
    "public limited company",
    "limited liability company",
    "proprietary limited",
    "fz llc",
    "sp zoo",
    "spolka z oo",
    "spolka akcyjna",
    "spolka z ograniczona odpowiedzialnoscia",
    "sp k",
    "sp j",
    "sp p",
    "spol sro",
    "akc spol",
    "ltd sti",
    "anonim sirketi",
    "limited sirketi",
    "comm v",
    "ek for",
)
_IN_FRONT = (
    "pt ooo oao zao pao too tov ооо оао зао пао ао нао тоо тов ип фоп пат прат ab oy sia uab"
    " sarl eurl sci firma fa"
)

FORMS = frozenset(_ONE_WORD.split())
"""Forms of one word. Written as initials (`G. m. b. H.`) they are the same."""

AS_INITIALS = frozenset("is gs ps ba da sf ae oe ee ad kd od sc ss ei eu ca at na et".split())
"""Forms that count only with something between their letters: `I/S`, `a.d.`"""

PHRASES = frozenset(phrase.replace(" ", "") for phrase in _SEVERAL_WORDS)
"""Forms of several words, without the blanks between them."""

MOST_WORDS = max(len(phrase.replace(" ", "")) for phrase in ("s de rl de cv", "spolka z oo"))
"""Words that a form can have: each letter may be one."""

IN_FRONT = frozenset(_IN_FRONT.split())
"""Forms that stand before the name."""

JOINED = tuple(
    (
        "股份有限公司 有限责任公司 有限責任公司 有限公司 株式会社 有限会社 合同会社 合資会社"
        " 合名会社 주식회사 유한회사 (株) (有) (同) (주) (유)"
    ).split()
)
"""Forms of scripts without blanks, before or behind a name, the longer first."""

SIGNS = str.maketrans(dict.fromkeys("™®©℠'’‘ʼ`´ʹ\"“”„״׳", ""))
"""What a name is written with and without."""
