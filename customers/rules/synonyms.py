"""What columns are called in files: headers in English, German, French and Spanish, the commonest of other languages.

Written folded (letters and digits only, no accents), separated by blanks; a word stands under one path.
"""

import re
import unicodedata

KEYS = """
    id recid recordid customerid customerno customernumber custid custno clientid contactid accountid accountno
    accountnumber personid partyid memberid userid externalid sourceid sourcekey key kundennr kundennummer
    kundenid kdnr debitor debitorennummer debitornr mitgliedsnummer vertragskonto numeroclient noclient idclient
    codeclient referenceclient numclient idcliente numerocliente codigocliente nocliente clave uid uuid uniqueid
"""

WORDS = {
    "given_name": """
        namefirst givenname firstname forename fname first given vorname rufname prenom prenoms primernombre
        nombre nombredepila nombres givennames firstnm fnm voornaam imie nomedibattesimo nomeproprio adi
    """,
    "middle_name": """
        namemiddle middlename middle midname midlname middleinitial secondname zweitername zweitvorname deuxiemeprenom
        segundonombre mname
    """,
    "family_name": """
        namelast familyname surname lastname lname sname last family nachname familienname zuname nom
        nomdefamille apellido apellidos primerapellido apellidopaterno nompatronymique apellido2 segundoapellido
        apellidomaterno secondsurname surname2 lastname2 lastnm lnm surnm surnames achternaam nazwisko cognome
        sobrenome soyadi apelido efternamn
    """,
    "suffix": "namesuffixe suffix namesuffix namesuffixlbl namesfx sfx namenszusatz suffixe sufijo",
    "full_name": """
        namefull fullname name customername contactname personname clientname displayname vollname
        vollstaendigername vollstandigername kundenname nomcomplet nometprenom prenometnom nomprenom prenomnom
        nombrecompleto nombreyapellidos nombreapellidos fullnames author applicant patient patientname naam
        nome imieinazwisko nomecompleto nomeecognome
    """,
    "other_name": """
        othername othernames aliasname aliases alias aka alsoknownas formername formernames previousname previousnames
        maidenname birthname nameatbirth formersurname previoussurname artistname geburtsname maedchenname madchenname
        frueherername alternativname nomdenaissance nomdejeunefille autresnoms nomdefille apellidodesoltera
        otrosnombres nombreanterior secondarynamefull
    """,
    "trading_name": """
        tradingname tradename dba doingbusinessas brandname secondarynameorg secondaryorgname othercompanyname
        handelsname markenname nomcommercial enseigne nombrecomercial marca tradingas alternatename
    """,
    "organisation_name": """
        nameorg namefirma organisationname organizationname organisation organization company companyname
        business businessname firm firma firmenname firmenbezeichnung unternehmen societe entreprise
        raisonsociale nomsociete nomentreprise empresa razonsocial nombreempresa orgname org sitename
        restaurantname hotelname storename shopname venuename facilityname schoolname hospitalname accountname
        registeredname entityname legalentityname vendor vendorname supplier suppliername merchantname
        institution institutionname institutename providerorg lieferant lieferantenname fournisseur proveedor
        denominacion denominacionsocial ragionesociale bedrijfsnaam razaosocial nazwafirmy
    """,
    "legal_form": "legalform rechtsform formejuridique formajuridica",
    "birth_date": """
        birthdate dateofbirth dob birthday born birth datebirth gebdatum geburtsdatum geburtstag gebdat
        datedenaissance datenaissance naissance neele fechadenacimiento fechanacimiento nacimiento fnacimiento
        birthdt dtofbirth dobdt geboortedatum dataurodzenia datadinascita datanascita datadenascimento
        datanascimento dogumtarihi fodelsedatum
    """,
    "birth_date.year": """
        birthyear yearofbirth yob birthdateyear dobyear by geburtsjahr anneenaissance anneedenaissance anonacimiento
    """,
    "birth_date.month": """
        birthmonth monthofbirth birthdatemonth dobmonth bm geburtsmonat moisnaissance mesnacimiento
    """,
    "birth_date.day": "dayofbirth birthdateday dobday bd geburtstagtag journaissance dianacimiento",
    "gender": "gender sex geschlecht sexe genre sexo genero sesso geslacht plec cinsiyet",
    "nationality": """
        nationality citizenship staatsangehoerigkeit staatsangehorigkeit nationalitaet nationalitat
        nationalite nacionalidad
    """,
    "language": "language lang preferredlanguage locale sprache langue idioma",
    "website": "website web url homepage webseite siteweb sitioweb paginaweb",
    "email.work": "workemail businessemail emailwork emailgeschaeftlich emailpro emailtrabajo",
    "email.home": "homeemail privateemail personalemail emailhome emailprivat emailpersonnel emailpersonal",
    "email": """
        email mail emailaddress mailaddress emailadresse mailadresse epost courriel adressemail adresseemail
        adresseelectronique correo correoelectronico mele email1 primaryemail
    """,
    "phone.mobile": """
        mobile mobilephone cell cellphone mobilenumber mobileno mobiltelefon handy handynummer mobil mobilnummer
        portable telephoneportable telportable gsm movil celular telefonomovil phonemobile mob mobno cellno
        cellnumber cellulare
    """,
    "phone.work": "workphone businessphone officephone phonework telefongeschaeftlich telefonpro telefonotrabajo",
    "phone.home": """
        homephone landline phonehome privatephone festnetz telefonprivat telephonefixe fixe telefonofijo
        telefonocasa
    """,
    "phone.fax": "fax faxnumber telefax telefaxnummer telecopie numerofax",
    "phone": """
        phone telephone tel phonenumber telephonenumber phoneno telno telefon telefonnummer telefonnr rufnummer
        telnr numerodetelephone numerotelephone telefono numerodetelefono numerotelefono phone1 contactnumber
        contactno ph phno phnum telnumber telefoonnummer numertelefonu
    """,
    "address.house_number": """
        housenumber houseno streetnumber streetno hausnummer hausnr hnr numerodevoie numrue numerocalle
    """,
    "address.line1": """
        addrline1 address address1 addressline1 addressline line1 addr addr1 street streetaddress streetname
        street1 strasse strassehausnummer strassenr strasseundhausnummer str anschrift adresse adresse1
        adresszeile1 rue voie adressepostale direccion direccion1 calle domicilio addrln1 straat ulica indirizzo
        via adres adresa
    """,
    "address.line2": """
        address2 addressline2 line2 addr2 street2 adresszusatz zusatz adresszeile2 adresse2 complement
        complementadresse complementdadresse direccion2 piso apartment unit flat
    """,
    "address.city": """
        addrcity city town suburb locality place ort stadt wohnort ville commune localite ciudad localidad
        poblacion municipio citynm plaats woonplaats miasto citta comune cidade sehir
    """,
    "address.region": """
        addrstate region state province county bundesland departement etat provincia estado comunidad
        stateprovince statecd stcd provincie wojewodztwo
    """,
    "address.postal_code": """
        addrpostalcode addrzip postcode postalcode zip zipcode postal plz postleitzahl codepostal cp
        codigopostal codpostal cpostal zipcd kodpocztowy cap cep postnummer postakodu
    """,
    "address.country": """
        addrcountry country countrycode nation land staat laendercode landercode landcode pays codepays pais
        codigopais kraj paese
    """,
    "identifier.ssn": """
        ssnnumber socsecid ssn socialsecurity socialsecuritynumber socsec nationalinsurance nino nir numerosecu
        nss ninumber ninnumber
    """,
    "identifier.national_id": """
        nationalidnumber nationalid nationalidentifier idcard idnumber personalausweis ausweisnummer dni nif cni
        personalid identitynumber pesel bsn personaladministrativenumber personalnumber personnummer
        citizenid aadhaar curp
    """,
    "identifier.tax_id": """
        taxidnumber taxid tin taxnumber taxno steuernummer steuerid steuernr identifiantfiscal numerofiscal
        idfiscal cif taxpayerid ein fein employeridentificationnumber codicefiscale
    """,
    "identifier.vat": """
        vat vatid vatnumber vatno ustid ustidnr umsatzsteuerid tva numerotva tvaintra iva numeroiva partitaiva
        btwnummer
    """,
    "identifier.passport": "passport passportnumber passportno reisepass passeport pasaporte",
    "identifier.drivers_license": """
        driverslicensenumber driverslicencenumber driverslicense driverslicence drivinglicence drivinglicense
        driverlicensenumber driverlicense driverlicence licensenumber fuehrerschein fuhrerschein fuehrerscheinnummer
        permisdeconduire carnetdeconducir permisodeconducir
    """,
    "identifier.lei": "lei leinumber leicode legalentityidentifier",
    "identifier.registration": """
        registrationnumber companyregistration companynumber handelsregister hrb siren siret registromercantil
        registrationno regno companyno crn handelsregisternummer registernummer abn kvk kvknummer krs
    """,
    "identifier.duns": "duns dunsnumber dunsno",
    "identifier.npi": "npi npinumber nationalprovideridentifier",
    "identifier.nhs": "nhsnumber nhsno",
    "identifier.loyalty": "loyaltyid loyaltynumber loyaltycard kundenkarte cartefidelite tarjetafidelidad",
    "party_type": """
        recordtype partytype customertype clienttype kundentyp kundenart typeclient tipocliente persontype
    """,
    "observed_at": """
        observedat updatedat updated lastupdated lastmodified modifiedat modified changedat timestamp asof
        geaendertam geandertam aenderungsdatum anderungsdatum letzteaenderung modifiele datemodification
        fechamodificacion actualizado recordedat createdat created
    """,
    "closed": "closed deleted isdeleted inactive geloescht geloscht inaktiv supprime eliminado",
}

# Words of a header that say whose, which or how it is written, and not what it is: "res_city_desc", "full_phone_num".
QUALIFIERS = frozenset(
    """
    res residence residential home current main primary mailing mail postal registered reg official legal site cust
    customer client person contact voter patient applicant employee member user owner party subject author billing
    pat pt prov provider emp acct account holder policyholder insured subscriber borrower buyer seller donor student
    guest individual indiv perm permanent curr present private business practice company hq headquarters
    raw orig original clean cleaned std standard standardised standardized norm normalised normalized formatted fake
    full num number nr no code cd desc description text txt str string value val field col c p a b the of at 1 2
    """.split()
)

# Words of a header that is called by a number of its own: what looks like a phone under it is none.
NUMBERED = frozenset("id ids no nr num number code ref reference key identifier nummer numero nb".split())

# Words of a header that say what began or ended on a date, which was no birth.
OTHER_DATES = frozenset(
    """
    incorporation incorporated founded founding foundation established registration registered formed formation
    opened opening start started begin end ended expiry expires expiration issue issued hire hired joined join since
    until valid due death died deceased admission discharge visit order ordered purchase sale invoice payment signup
    contract gruendung grundung gegruendet gegrundet eintritt austritt creation fondation constitucion constitution
    """.split()
)

# A whole address in one cell. Beside a column for the street it is an address of its own.
WHOLE_ADDRESSES = frozenset(
    """
    addrfull addressfull fulladdress wholeaddress completeaddress fulladdr formattedaddress vollstaendigeadresse
    vollstandigeadresse gesamtadresse adressecomplete direccioncompleta
    """.split()
)

# Words that stand in the names of organisations and hardly ever in those of persons, legal forms among them.
ORGANISATION_WORDS = frozenset(
    """
    inc incorporated corp corporation ltd limited llc llp plc gmbh mbh ag kg ohg ug ev se sarl sas sa srl spa bv nv
    oy ab aps kft sro doo pty pvt company companies co cie fils bros
    restaurant restaurante ristorante trattoria osteria cafe caffe kaffee bar grill grille bistro brasserie deli
    delicatessen diner pizza pizzeria kitchen steakhouse tavern taverna taqueria bakery baeckerei backerei hotel inn
    motel club pub shop store stores market supermarkt supermarket pharmacy apotheke clinic klinik hospital praxis
    school schule university universitat universitaet universite college institute institut academy association
    verein foundation stiftung fundacion church kirche bank sparkasse insurance versicherung group gruppe groupe
    grupo holding holdings international global services service solutions systems software technologies technology
    consulting partners industries industrie enterprises logistics transport logistik media design studio studios
    garage autohaus bau elektro immobilien verlag center centre zentrum agency agentur agence
    """.split()
)

BY_HEADER = {word: path for path, words in WORDS.items() for word in words.split()}
KEY_HEADERS = {word: place for place, word in enumerate(KEYS.split())}


def folded(header: str) -> str:
    """A header as the table writes it."""
    plain = unicodedata.normalize("NFKD", header.replace("ß", "ss")).casefold()
    return re.sub(r"[^a-z0-9]", "", plain)
