"""Words that stand in many titles, firms' names and requests, in four languages.

They show what else a short text to be contained takes: "cto" stands in "director". What isn't
among them may be common somewhere; the list is for an example, and proves nothing.
"""

_WORDS = """
abteilung academy account accountant accounting achats acheteur acquisition action active
activity adjoint administrador administration administrator advance advertising advisor
aerospace affaires affairs agence agency agent agriculture airline alliance allocation analyst
analytics apparel apply appointment apprentice approval architect article artisan asesor
assembly assessment asset assistant assistante assistenz associate association attorney audience
audit auditor ausbildung author automation automotive außendienst available bakery bank banking
barber barcelona basic bauleiter beauty benefit beratung bereich betrieb beverage billing
biology board boiler booking branch brand broker brother buchhaltung budget builder building
bureau business buyer büro cadre campaign capital captain career cargo carpenter case cashier
catering center central chair channel chapter chargé charity chemical chief children christian
church circle citizen city civil claims cleaning clerk client clinic clothing club coach coffee
collaborateur collaboration collection college comercial commerce commercial commerciale
commission committee communication community company compliance component compras comptable
computer concept conference conseil conseiller consejero construction consultant consulting
consumer contabilidad contact content contract contractor control controller cook cooperation
coordinator copy corporate cosmetics council counsel counter country course court craft creative
creator credit culture customer customs daily dairy data dealer decision decorator defense
delaware delivery demand dental dentist department deputy design designer desk detail developer
development device diagnostics digital diploma dirección direct directeur direction director
directrice direktor dirigeant disaster discount discovery display distribution district division
doctor document domestic download driver economy editor education effective einkauf electric
electrician electronics elevator email employee employment empresa encargado energy engagement
engineer engineering enterprise entertainment entreprise entry entwicklung environment equipment
escrow estate estimate europe event examiner exchange executive expansion expense experience
expert export express external fabric fachkraft facility factory faculty family farmer fashion
federal fertigung field filiale finance financial fire fitness fleet food foreman forest
formation forwarding foundation founder franchise freelance freight friend fulfillment function
furniture future galleria garden general georgia gerente geschäft geschäftsführer gesellschaft
gestion global goods government graduate graphic grocery group growth gruppe guard guest guide
gérant handel handwerk hardware head health healthcare helper heritage history holding home
hospital hospitality hotel household housing human image import improvement incoming independent
industrial industry information infrastructure ingeniero ingénieur inhaber initiative
innendienst innovation inspection inspector institute insurance integration intelligence interim
interior internal international internet introduction investment investor italian item janitor
jefe jewelry job journalist judge junior justice kaufmann kitchen kunde label labor laboratory
landscape language laptop laundry lawn lawyer leader learning leather legal leiter leitung
lending level liaison librarian library license lieferant life lighting linguist liquidity loan
local location logistics logistique luxury machine magasin magazine mailroom maintenance
management manager manufacturing maritime market marketing material mechanic media medical
member merchandise merchant message metal method micro military mining minister mitarbeiter
mobile model monitoring mortgage museum music national nature negocio negotiation network
newspaper nonprofit nurse nutrition october office officer online operation operations operator
optical option order organic organization outlet outsourcing owner package painter paper parent
partner partnership passenger patient patriot payment payroll pension people performance permit
personal personnel petroleum pharmacy philadelphia phone photo physical physician pilot planner
planning plant plastic platform plumber police policy portfolio precious premium president press
price principal printing priority private process procurement producer product production
produktion professional professor program project projekt promotion property protection provider
province psychology public publisher publishing purchase purchasing quality quarter railway
rapid reader receptionist rechnung recruiter recruiting recruitment recursos recycling regional
registration relations release reporter representative request research resident resource
responsable ressources restaurant retail retirement revenue review risk roofing sachbearbeiter
safety sales sample satellite scheduler scholar school schule science scientist secretary
secrétaire sector security segment semiconductor seminar senior series server service servicio
sheriff shipment shipping shop singapore sociedad society socio société software soil solar
solution source space spain spare special specialist sport staff stagiaire standard start
station steuerberater storage store strategy structure student studio success supervisor
supplier supply support surgeon surveyor sustainable syntax system tailor talent taxi teacher
team technical technician technicien technology telecom television tenant test textile theater
therapist thought through ticket timber tourism trade trader traffic trainee trainer training
transformation translation transport travel treasurer treasury treatment truck trust tutor
técnico union university urban utility vacation vegas vendor ventas vente venture verkauf
vertrieb verwaltung veterinary vice victoria video village visitor volunteer vorstand warehouse
waste watch water wealth website wedding welcome wellness werkstatt wholesale window winery
wireless wirtschaft women workshop world writer yacht zentrale
""".split()


def words_around(fragment: str) -> list[str]:
    """Return the common words that `fragment` is a part of, the most telling ones first.

    >>> words_around("cto")[:2]
    ['doctor', 'sector']
    """
    found = [word for word in _WORDS if fragment in word and word != fragment]
    return sorted(found, key=lambda word: (word.startswith(fragment), len(word), word))
