// Decides a lead in a browser: by a route's plan, and by the tables that its readers look up.
//
// Nothing of a policy is written here. What a lead's texts mean is looked up in the tables that
// Turnout exports (names of places, picklists, placeholders, letters that fold), and which rule
// takes it is found in the plan, as docs/reference/formats.md describes it. A law holds every
// answer to the reference interpreter. What can't be told for sure is `UNSURE`, and whatever
// depends on it is unsure, too: it is said so, and nothing is guessed.
"use strict";

(function (root) {
  const DAY_IN = "day in ";
  const UNSURE = Object.freeze({ unsure: true });
  const LONGEST = 10000;
  const MOST_TRIED = 400;

  // -- texts in their normal forms --

  // What Python's str.strip() and str.split() take for blanks; JavaScript's own differ.
  const BLANKS = "\\t\\n\\v\\f\\r\\x1c-\\x1f \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
  const OUTER = new RegExp(`^[${BLANKS}]+|[${BLANKS}]+$`, "gu");
  const RUNS = new RegExp(`[${BLANKS}]+`, "u");
  const BLANK = new RegExp(`^[${BLANKS}]$`, "u");
  const INVISIBLE = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;
  const UNSTORABLE = /[\0\ud800-\udfff]/u;
  // Blanks of one of both languages alone, and numbers that are no digits everywhere.
  const ODD = /[\x1c-\x1f\x85\p{No}]/u;
  const ALNUM = /^[\p{L}\p{N}]+$/u;
  const ALNUM_ONE = /^[\p{L}\p{N}]$/u;

  function forms(steps) {
    const betweenCodes = new RegExp(steps.between_codes, "u");
    const folds = new Map(steps.folds);
    const letters = new Map(steps.letters);
    const fold = (text) => [...text].map((c) => folds.get(c) ?? c.toLowerCase()).join("");
    const squeezed = (text) => text.split(RUNS).filter(Boolean).join(" ");
    const normalText = (text) => squeezed(fold(text.normalize("NFD")).normalize("NFC"));
    const name = (text) => fold(text.normalize("NFKC"));

    function looseKey(text) {
      const plain = fold(text.normalize("NFKD")).normalize("NFKD");
      const parts = [...plain].map((c) => letters.get(c) ?? c).join("");
      return [...fold(parts)].filter((c) => ALNUM_ONE.test(c)).join("");
    }

    function nameKey(text) {
      const pieces = text.replaceAll("&", " and ").split(/[,;/|:\n]/u);
      const key = pieces.map(looseKey).join(",");
      return key.startsWith("the") ? key.slice(3) : key;
    }

    function turned(text) {
      const at = text.indexOf(", ");
      return at < 0 ? text : `${text.slice(at + 2)} ${text.slice(0, at)}`;
    }

    const bare = (text) =>
      [...text.normalize("NFKD")]
        .filter((c) => !BLANK.test(c) && (ALNUM_ONE.test(c) || c.codePointAt(0) < 128))
        .join("");

    function looseKeys(plain) {
      return [plain, turned(plain)]
        .map((way) => [nameKey(way), bare(way)])
        .filter(([key, own]) => [...key.replaceAll(",", "")].length >= 4 || own === key)
        .map(([key]) => key);
    }

    /** What a text consists of where that is several pieces as short as codes; else none. */
    function shortPieces(text) {
      const pieces = text.split(betweenCodes);
      return pieces.length > 1 && pieces.every((piece) => [...piece].length <= 3) ? pieces : [];
    }

    function picklistKey(text) {
      const plain = squeezed(name(text).replace(/[\u2010-\u2015\u2212]/gu, "-"));
      if (ALNUM.test(plain)) return plain;
      const tight = plain.replace(/ ?([^\p{L}\p{N} ]) ?/gu, "$1");
      return tight.replace(/(?<=[\p{L}\p{N}])[ \-_/.]+(?=[\p{L}\p{N}])/gu, (found, at, whole) => {
        const before = [...whole.slice(0, at)].pop();
        const after = [...whole.slice(at + found.length)][0];
        const isNumber = /\p{Nd}/u.test(before) && /\p{Nd}/u.test(after);
        return isNumber ? found.replaceAll(" ", "") || " " : "";
      });
    }

    const keys = {
      exact: (text) => [text],
      text: (text) => [normalText(text)],
      small: (text) => [text.toLowerCase()],
      capitals: (text) => [text.normalize("NFKC").toUpperCase()],
      name: (text) => [name(text)],
      letters: (text) => (shortPieces(text).length ? [] : looseKeys(name(text))),
      picklist: (text) => [picklistKey(text)],
    };
    return { normalText, keys, shortPieces };
  }

  function cleaned(raw) {
    if (UNSTORABLE.test(raw)) return null;
    return raw.replace(INVISIBLE, "").replace(OUTER, "");
  }

  // -- reading one text as a field's type --
  //
  // A reading is {value}, {missing: true}, {issue, value?}, or UNSURE.

  const MISSING = { missing: true };
  const unread = (issue) => ({ issue });

  function readers(steps) {
    const { normalText, keys, shortPieces } = forms(steps);
    const certain = new Set(steps.certain);
    const likely = new Set(steps.likely);
    const signs = new RegExp(`^(?:${steps.signs})$`, "u");
    const between = new RegExp(steps.between, "iu");
    const address = new RegExp(`^(?:${steps.address})$`, "u");
    const reserved = new Set(steps.reserved);

    function isPlaceholder(text, known) {
      if ([...text].length <= 40 && known.has(normalText(text))) return true;
      if (ALNUM_ONE.test([...text][0])) return false;
      return text.slice(0, 11).toLowerCase() === "<test lead:" || signs.test(text);
    }

    /** What the tables have for a text: a list of values, or null where no table has a key. */
    function lookedUp(tables, text) {
      for (const table of tables) {
        for (const key of keys[table.step](text)) {
          if (Object.hasOwn(table.values, key)) return table.values[key];
        }
      }
      return null;
    }

    const oneOf = (found) =>
      found.length === 1 ? { value: found[0] } : unread(`ambiguous: ${[...found].sort().join(" or ")}`);

    const parts = (text) => text.split(between).filter(Boolean);

    const byType = {
      text: (_, text) => ({ value: normalText(text) }),
      code(field, text) {
        if (!/^[A-Za-z0-9 ]*$/.test(text)) return UNSURE;
        const code = text.toUpperCase().replaceAll(" ", "");
        const { first, digits } = field;
        // "D 10115": the country before a postcode.
        if ((first ?? digits) !== null && /^[a-z]{1,3} +[0-9]{3}/i.test(text)) return UNSURE;
        if (digits !== null) {
          const count = /^[0-9]*/.exec(code)[0].length;
          const isExact = first === null;
          if (count === code.length && count !== digits && (isExact || count < digits))
            return unread(`${count} digits, not ${digits}`);
          if (count < digits || (isExact && count !== code.length))
            return unread(isExact ? `not ${digits} digits` : `does not start with ${digits} digits`);
        }
        return { value: first === null ? code : code.slice(0, first) };
      },
      "company-name": () => UNSURE,
      "salesforce-id": () => UNSURE,
      phone: () => UNSURE,
      domain: () => UNSURE,
      email(_, text) {
        const small = text.toLowerCase();
        if (!text.includes("@") && text.length <= 1000 && /^[\x20-\x7e]*$/.test(text)) return unread("not an e-mail address: no @");
        const found = small.length <= 64 && !small.includes("--") ? address.exec(small) : null;
        return found && !reserved.has(found[1]) ? { value: small } : UNSURE;
      },
      integer(field, text) {
        if (/^[0-9]{1,15}$/.test(text)) return bounded(field, decimal(text));
        return isWordless(field, text) ? unread("not a whole number") : UNSURE;
      },
      number: (field, text) => amount(field, text, "not a number"),
      // Whether an amount counts depends on what another field says of its currency.
      money: (field, text) => (field.told ? UNSURE : amount(field, text, "not an amount")),
      boolean(field, text) {
        const found = lookedUp(field.tables, text);
        return found ? { value: found[0] } : unread("not true or false");
      },
      date(_, text) {
        const found = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
        if (!found) return UNSURE;
        return isDay(...found.slice(1).map(Number)) ? { value: text } : unread("not a day of the calendar");
      },
      country(field, text) {
        // Flags, and "Bahamas (the)", "Iran (Islamic Republic of)".
        if (/[\u{1f1e6}-\u{1f1ff}]|\((?:the|.* of(?: the)?)\)/iu.test(text)) return UNSURE;
        const found = lookedUp(field.tables, text);
        if (found) return oneOf(found);
        const [codes] = field.tables;
        const row = shortPieces(text);
        if (!row.every((piece) => Object.hasOwn(codes.values, piece.toUpperCase()))) return UNSURE;
        const each = (row.length ? row : parts(text)).map((part) => lookedUp(field.tables, part));
        return agreed(each, "not a country", "several countries");
      },
      subdivision(field, text, country) {
        const full = /^([A-Za-z]{2}) ?[-_ ] ?([A-Za-z0-9]{1,3})$/.exec(text);
        if (full) {
          const code = `${full[1]}-${full[2]}`.toUpperCase();
          if (field.codes.includes(code)) {
            const of = code.slice(0, 2);
            const isOther = country !== null && country !== of;
            return isOther ? unread(`a subdivision of ${of}, but country is ${country}`) : { value: code };
          }
        }
        if (country === null) return unread("no full code such as US-CA, and no country to look in");
        const whole = `${country}-${text.normalize("NFKC").toUpperCase()}`;
        if (field.codes.includes(whole)) return { value: whole };
        const tables = field.places[country];
        const found = tables && lookedUp(tables, text);
        return found ? oneOf(found) : UNSURE;
      },
      language(field, text) {
        // The rarer languages are left out, so a short text that no table has may be a code.
        const [codes, ...names] = field.tables;
        const code = lookedUp([codes], text);
        if (code) return oneOf(code);
        if (/^[a-z]{2,3}$/i.test(text) || shortPieces(text).length) return UNSURE;
        if (new Set(keys.letters(text)).size > 1) return UNSURE;
        const found = lookedUp(names, text);
        return found && found.length === 1 ? { value: found[0] } : UNSURE;
      },
      "one of"(field, text) {
        const found = lookedUp(field.tables, text);
        return found ? oneOfList(found) : unread("not a value of the list");
      },
      "any of"(field, text) {
        const whole = lookedUp(field.tables, text);
        if (whole && whole.length === 1) return { value: whole[0] };
        if (/["'[\]{}]/.test(text)) return UNSURE;
        if (!/[;,|\n]/.test(text)) return whole ? oneOfList(whole.flat()) : unread("not a value of the list");
        const each = text.split(/[;,|\n]/u).map(cleaned).filter(Boolean);
        if (each.length < 2) return UNSURE;
        const found = each.map((part) => lookedUp(field.tables, part));
        if (found.some((values) => !values || values.length !== 1)) return UNSURE;
        return { value: [...new Set(found.flat(2))].sort() };
      },
      person(field, text) {
        const found = lookedUp(field.tables, text);
        return found ? oneOf(found) : unread("not a person of the policy");
      },
    };

    const oneOfList = (found) =>
      found.length === 1 ? { value: found[0] } : unread(`ambiguous: ${found.join(" or ")}`);

    function agreed(each, none, several) {
      if (each.length < 2 || each.some((found) => !found)) return unread(none);
      const common = each.reduce((left, found) => left.filter((code) => found.includes(code)));
      if (common.length) return oneOf(common);
      return unread(`${several}: ${[...new Set(each.flat())].sort().join(", ")}`);
    }

    function amount(field, text, complaint) {
      const plain = field.decimal === "," ? /^-?[0-9]{1,15}$/ : /^-?[0-9]{1,15}(\.[0-9]{1,2})?$/;
      if (plain.test(text)) return bounded(field, decimal(text));
      return isWordless(field, text) ? unread(complaint) : UNSURE;
    }

    /** Whether nothing of a text can be a number. */
    const isWordless = (field, text) => !field.ranged && /^[A-Za-z ]+$/.test(text);

    function bounded(field, value) {
      const { low = null, high = null } = field;
      const isLow = low !== null && compare(value, decimal(low)) < 0;
      const isHigh = high !== null && compare(value, decimal(high)) > 0;
      return isLow || isHigh ? unread(`outside ${low ?? ""}..${high ?? ""}`) : { value };
    }

    /** Read values that were chosen one by one, of a field that takes several. */
    function several(field, raw) {
      const found = raw.map((text) => lookedUp(field.tables, cleaned(text) ?? ""));
      if (field.type !== "any of" || found.some((values) => !values || values.length !== 1)) return UNSURE;
      return { value: [...new Set(found.flat(2))].sort() };
    }

    /** Read one text as a field's type. country: the lead's, null, or UNSURE. */
    return function read(field, raw, country) {
      if (Array.isArray(raw)) return several(field, raw);
      const text = cleaned(raw);
      if (text === null) return unread("holds a NUL character or half a surrogate pair");
      if (!text) return MISSING;
      if ([...text].length > LONGEST) return unread("longer than 10,000 characters");
      if (ODD.test(text)) return UNSURE;
      if (field.missing.includes(normalText(text))) return MISSING;
      if ("='\"".includes(text[0])) return UNSURE;
      const { type } = field;
      if (type === "text" || type === "company-name" || type === "code" || type === "salesforce-id" || type === "language") {
        const known = type === "language" ? likely : certain;
        if (isPlaceholder(text, known)) return unread("a placeholder");
        return byType[type](field, text);
      }
      if (type === "subdivision" && country === UNSURE) return UNSURE;
      const found = byType[type](field, text, field.within ?? country);
      return found.issue && isPlaceholder(text, likely) ? unread("a placeholder") : found;
    };
  }

  // -- exact numbers and days --

  /** {digits, scale}: digits are a whole number, to be divided by ten to the power of scale. */
  function decimal(text) {
    const [, sign, whole, part = "", power = "0"] =
      /^([+-]?)([0-9]*)(?:\.([0-9]+))?(?:[Ee]([+-]?[0-9]+))?$/.exec(String(text));
    let digits = BigInt(whole + part || "0");
    let scale = part.length - Number(power);
    if (scale < 0) {
      digits *= 10n ** BigInt(-scale);
      scale = 0;
    }
    while (scale > 0 && digits % 10n === 0n) {
      digits /= 10n;
      scale -= 1;
    }
    return { digits: sign === "-" ? -digits : digits, scale };
  }

  function compare(one, two) {
    const left = one.digits * 10n ** BigInt(two.scale);
    const right = two.digits * 10n ** BigInt(one.scale);
    return left < right ? -1 : left > right ? 1 : 0;
  }

  function shownNumber({ digits, scale }) {
    const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, "0");
    const whole = scale ? `${text.slice(0, -scale)}.${text.slice(-scale)}` : text;
    return (digits < 0n ? "-" : "") + whole;
  }

  function isDay(year, month, day) {
    if (year < 1 || month < 1 || month > 12 || day < 1) return false;
    const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    return day <= [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  }

  function dayNumber(iso) {
    const [year, month, day] = iso.split("-").map(Number);
    const at = new Date(0);
    at.setUTCFullYear(year, month - 1, day);
    return Math.round(at.getTime() / 86400000);
  }

  // -- a lead of raw texts --

  const stored = (value) =>
    Array.isArray(value) ? value.join("\n") : value.digits === undefined ? String(value) : shownNumber(value);

  function leadReader(data) {
    const read = readers(data.steps);
    const fields = data.fields;
    const byName = new Map(fields.map((field) => [field.name, field]));
    const slots = fields
      .map((field, at) => ({ field, at, rank: (field.country ? 2 : 0) + (field.type === "subdivision" ? 0 : 1) }))
      .sort((one, two) => one.rank - two.rank || one.at - two.at)
      .map(({ field }) => field);

    function readInto(chosen, raws, values, issues) {
      for (const field of chosen) {
        const raw = raws[field.name];
        if (raw === undefined || raw === null) continue;
        const own = field.country ? values[field.country] : undefined;
        const country = own === undefined ? null : own;
        const found = read(field, raw, country);
        if (found === UNSURE) {
          values[field.name] = UNSURE;
          if (field.type === "subdivision" && field.country && country === null)
            values[field.country] = UNSURE;
          continue;
        }
        if (found.missing) continue;
        if (found.issue) {
          issues.push({ field: field.name, reason: found.issue });
          continue;
        }
        values[field.name] = found.value;
        if (field.type === "subdivision" && field.country && country === null)
          values[field.country] = found.value.slice(0, 2);
      }
    }

    function lookUp(values) {
      for (const name of data.looked_up) {
        const field = byName.get(name);
        if (values[name] !== undefined) continue;
        const found = taken(field, values);
        if (found !== undefined) values[name] = found;
      }
    }

    function taken(field, values) {
      // Which part of a host's name is registered, and which words of a firm's are its legal
      // form, are lists of their own: they aren't here.
      for (const of of field.of ?? []) if (values[of] !== undefined) return UNSURE;
      for (const lookup of field.lookups) {
        const key = values[lookup.key];
        if (key === undefined) continue;
        if (key === UNSURE || lookup.values === null) return UNSURE;
        const found = lookup.values[stored(key)];
        if (found !== undefined) return typed(field, found);
        if (lookup.near) return UNSURE; // names aren't compared here
      }
      return undefined;
    }

    const typed = (field, value) =>
      ["integer", "number", "money"].includes(field.type) ? decimal(value) : value;

    return function lead(raws) {
      const values = Object.create(null);
      const issues = [];
      if (data.looked_up.length) {
        const later = slots.filter((field) => field.country);
        readInto(slots.filter((field) => !field.country), raws, values, issues);
        readInto(later, raws, values, []);
        lookUp(values);
        readInto(later, raws, values, issues);
        lookUp(values);
      } else readInto(slots, raws, values, issues);
      const required = fields.filter((field) => field.required);
      const lacking = required.filter((field) => values[field.name] === undefined);
      const noted = new Set(issues.map((issue) => issue.field));
      for (const { name } of lacking)
        if (!noted.has(name)) issues.push({ field: name, reason: "required, and missing" });
      const isUnsure = required.some((field) => values[field.name] === UNSURE);
      return { values, issues, lacking: lacking.map((field) => field.name), isUnsure };
    };
  }

  // -- the plan --

  /** How many cuts lie at or below a value: the piece of the line in which it lies. */
  function piece(cuts, isBelow) {
    let low = 0;
    let high = cuts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBelow(cuts[middle])) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  const OF_WORDS = /[\p{L}\p{M}\p{N}]/u;

  // Characters and not units of UTF-16: a letter may be two of these.
  function hasWord(text, word) {
    const [all, wanted] = [Array.from(text), Array.from(word)];
    const joins = (one, next) => one !== undefined && next !== undefined && OF_WORDS.test(one) && OF_WORDS.test(next);
    return all.some(
      (_, at) =>
        wanted.every((letter, on) => all[at + on] === letter) &&
        !joins(all[at - 1], wanted[0]) &&
        !joins(wanted.at(-1), all[at + wanted.length]),
    );
  }

  // SHA-256 of a text in UTF-8, its first 8 bytes as a number: what places are told by (FIPS 180-4).
  const PRIMES = [];
  for (let n = 2; PRIMES.length < 64; n += 1) if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);

  /** The first 32 bits behind the point of a root, told by whole numbers alone. */
  function rootBits(number, degree) {
    const wanted = BigInt(number) << BigInt(32 * degree);
    let [low, high] = [0n, 1n << 36n];
    while (high - low > 1n) {
      const middle = (low + high) >> 1n;
      if (middle ** BigInt(degree) <= wanted) low = middle;
      else high = middle;
    }
    return Number(low & 0xffffffffn);
  }
  const ROUNDS = PRIMES.map((prime) => rootBits(prime, 3));
  const START = PRIMES.slice(0, 8).map((prime) => rootBits(prime, 2));

  function hashed(text) {
    const bytes = new TextEncoder().encode(text);
    const size = ((bytes.length + 72) >> 6) << 6;
    const data = new DataView(new ArrayBuffer(size));
    bytes.forEach((byte, at) => data.setUint8(at, byte));
    data.setUint8(bytes.length, 0x80);
    data.setUint32(size - 4, bytes.length * 8);
    const turn = (word, by) => (word >>> by) | (word << (32 - by));
    let state = START.slice();
    for (let block = 0; block < size; block += 64) {
      const words = Array.from({ length: 16 }, (_, at) => data.getUint32(block + at * 4));
      for (let at = 16; at < 64; at += 1) {
        const [one, two] = [words[at - 15], words[at - 2]];
        const early = turn(one, 7) ^ turn(one, 18) ^ (one >>> 3);
        const late = turn(two, 17) ^ turn(two, 19) ^ (two >>> 10);
        words.push((words[at - 16] + early + words[at - 7] + late) | 0);
      }
      let [a, b, c, d, e, f, g, h] = state;
      words.forEach((word, at) => {
        const mixed = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
        const first = (h + mixed + ((e & f) ^ (~e & g)) + ROUNDS[at] + word) | 0;
        const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
      });
      state = [a, b, c, d, e, f, g, h].map((word, at) => (word + state[at]) | 0);
    }
    return (BigInt(state[0] >>> 0) << 32n) | BigInt(state[1] >>> 0);
  }

  function classFinder(column) {
    const present = (find) => (value) => (value === undefined ? 0 : value === UNSURE ? null : find(value));
    switch (column.kind) {
      case "list": {
        const numbers = new Map(column.values.map((value, at) => [value, column.classes[at]]));
        return present((value) => numbers.get(value) ?? column.other);
      }
      case "presence":
        return present(() => 1);
      case "test":
        return present((value) => {
          if (column.test === "has") return Number(value.includes(column.text));
          if (column.test === "ends with") return Number(value.endsWith(column.text));
          if (column.test === "contains") return Number(value.includes(column.text));
          if (column.test === "has word") return Number(hasWord(value, column.text));
          return null; // a pattern of RE2, which JavaScript reads otherwise
        });
      case "whole":
      case "decimal": {
        const isWhole = column.kind === "whole";
        if (isWhole && !column.cuts.every(Number.isSafeInteger)) return present(() => null);
        const cuts = column.cuts.map((cut) => (isWhole ? [decimal(cut), 0] : [decimal(cut[0]), cut[1]]));
        return present((value) => {
          const number = typeof value === "number" ? decimal(value) : value;
          const at = piece(cuts, ([cut, side]) => {
            const order = compare(cut, number);
            return order < 0 || (order === 0 && side === 0);
          });
          return column.classes[at];
        });
      }
      case "slice":
        return present((value) => {
          const place = Number((hashed(`${column.of}\0${value}`) * 1000n) >> 64n);
          return column.cuts.filter((cut) => cut <= place).length + 1;
        });
      case "days":
        return present((value) => column.classes[piece(column.cuts, (cut) => cut <= value)]);
      case "text": {
        const literals = new Map(column.literals.map((text, at) => [text, column.classes[at]]));
        const prefixes = column.prefixes
          .map((text, at) => [text, column.inside[at]])
          .sort((one, two) => two[0].length - one[0].length);
        return present((value) => {
          const number = literals.get(value);
          if (number !== undefined) return number;
          const found = prefixes.find(([prefix]) => value.startsWith(prefix));
          return found ? found[1] : column.other;
        });
      }
      default:
        return () => null;
    }
  }

  /** How a value stands to that of another field: 1 below, 2 the same, 3 above, 0 where one is missing. */
  function standing(column, one, two) {
    if (one === undefined || two === undefined) return 0;
    if (one === UNSURE || two === UNSURE) return null;
    if (typeof one === "string" || typeof one === "boolean")
      return one === two ? 2 : column.is_ordered && one < two ? 1 : 3;
    const [left, right] = [one, two].map((value) => (typeof value === "number" ? decimal(value) : value));
    return compare(left, right) + 2;
  }

  function planReader(plan) {
    const columns = plan.columns.map((column) => ({ column, find: classFinder(column) }));
    const sides = plan.sides.map(([at, runs]) => ({ at, runs }));
    const isIn = (runs, number) => runs.some(([first, last]) => first <= number && number <= last);
    const every = (answers) => {
      let isUnsure = false;
      for (const answer of answers) {
        if (answer === false) return false;
        if (answer === null) isUnsure = true;
      }
      return isUnsure ? null : true;
    };
    const any = (answers) => {
      const found = every(answers.map((answer) => (answer === null ? null : !answer)));
      return found === null ? null : !found;
    };

    /** The class of a lead in each column; null where it isn't known. */
    const classes = (values, today) => columns.map((each) => classOf(each, values, today));

    function classOf({ column, find }, values, today) {
      const value = values[column.field];
      if (column.kind === "standing") return standing(column, value, values[column.than]);
      if (!column.is_age || value === undefined || value === UNSURE) return find(value);
      return find(dayNumber(today) - dayNumber(value));
    }

    /** What each side says of a lead: true, false, or null where it isn't known. */
    function held(numbers) {
      return sides.map(({ at, runs }) => (numbers[at] === null ? null : isIn(runs, numbers[at])));
    }

    const sidesOf = columns.map(() => []);
    sides.forEach(({ at }, side) => sidesOf[at].push(side));

    /** What sides say of a lead that differs in the values behind some columns alone. */
    function changed(holds, values, today, differing) {
      const found = holds.slice();
      for (const at of differing) {
        const number = classOf(columns[at], values, today);
        for (const side of sidesOf[at]) found[side] = number === null ? null : isIn(sides[side].runs, number);
      }
      return found;
    }

    function parts(holds) {
      const found = [];
      for (const part of plan.parts) {
        const own = every(part.sides.map((side) => holds[side]));
        const rest = part.eithers.map((either) => any(either.map((other) => found[other])));
        found.push(own === false ? false : every([own, ...rest]));
      }
      return found;
    }

    /** Whether a box takes a lead: true, false, or null where it isn't known. */
    function taken([, own, part], holds, known) {
      let answer = true;
      for (const side of own) {
        if (holds[side] === false) return false;
        if (holds[side] === null) answer = null;
      }
      return part === null ? answer : every([answer, known[part]]);
    }

    /** The first clause behind another that takes a lead: {clause} (null for none), or {unsure: box}. */
    function first(holds, known = parts(holds), after = -1) {
      for (let at = 0; at < plan.boxes.length; at += 1) {
        if (plan.boxes[at][0] <= after) continue;
        const answer = taken(plan.boxes[at], holds, known);
        if (answer === true) return { clause: plan.boxes[at][0] };
        if (answer === null) return { unsure: at };
      }
      return { clause: null };
    }

    /** Of each clause by itself whether it holds: true, false, or null where it isn't known. */
    function each(holds, known = parts(holds)) {
      const answers = plan.clauses.map(() => []);
      for (const box of plan.boxes) answers[box[0]].push(taken(box, holds, known));
      return answers.map(any);
    }

    /** Who is asked then, each where those before let the lead go on: numbers of clauses.
     *
     * At the end null for nobody, or undefined where it isn't known who is next.
     */
    function later(holds, clause) {
      const [found, known] = [[], parts(holds)];
      for (let at = clause; at !== null && at !== undefined && plan.answers[plan.clauses[at][1]].goes_on; ) {
        const next = first(holds, known, at);
        at = next.unsure === undefined ? next.clause : undefined;
        found.push(at);
      }
      return found;
    }

    return { columns: plan.columns, classes, held, changed, first, later, each };
  }

  // -- the whole --

  function evaluator(data) {
    const lead = leadReader(data);
    const { plan } = data;
    const find = planReader(plan);
    const questions = data.questions ? planReader(data.questions) : null;

    function answerOf(clause) {
      if (clause !== null) {
        const [name, number] = plan.clauses[clause];
        const said = plan.answers[number];
        const own = said.is_rule ? `rule ${name}` : name;
        return { name, ...said, attempts: said.attempts.map((each) => ({ ...each, by: each.by ?? own })) };
      }
      const rest = { sla: null, actions: [], steward: null, goes_on: false };
      return { name: `fallback of route ${plan.route}`, is_rule: false, attempts: plan.last, ...rest };
    }

    /** Decide a lead of raw texts.
     *
     * facts: what stands among its values and is no field: "open CALENDAR", "seen before".
     * today: the day of the decision, in the policy's time zone.
     */
    function decide(raws, facts, today) {
      const read = lead(raws);
      const whole = Object.assign(Object.create(null), read.values, facts);
      // Rules that count on some days ask the day of the decision itself.
      for (const { field } of [...plan.columns, ...(questions ? questions.columns : [])])
        if (field.startsWith(DAY_IN)) whole[field] = today;
      if (read.lacking.length)
        return { ...read, whole, clause: null, later: [], answer: answerOf(null), doubts: [] };
      if (read.isUnsure) {
        const doubts = plan.required.filter((name) => read.values[name] === UNSURE);
        return { ...read, whole, clause: undefined, later: [], answer: null, doubts };
      }
      const numbers = find.classes(whole, today);
      const holds = find.held(numbers);
      const found = find.first(holds);
      if (found.unsure === undefined) {
        const { clause } = found;
        const later = find.later(holds, clause);
        return { ...read, whole, holds, clause, later, answer: answerOf(clause), doubts: [] };
      }
      const asked = plan.columns.filter((_, at) => numbers[at] === null).map((column) => column.field);
      const doubts = [...new Set(asked)];
      return { ...read, whole, holds, clause: undefined, later: [], answer: null, doubts };
    }

    /** Of each clause above the lead's own, in order: the sides that turned it away (numbers).
     *
     * Of several boxes the one that lacks least speaks; empty where a part was asked in full.
     */
    function refusals(decided) {
      const before = decided.clause === null ? plan.clauses.length : decided.clause;
      const best = new Map();
      for (const [clause, own] of plan.boxes) {
        if (clause >= before) break;
        const failed = own.filter((side) => decided.holds[side] === false);
        if (!best.has(clause) || failed.length < best.get(clause).length) best.set(clause, failed);
      }
      return [...best].map(([clause, failed]) => ({ clause, failed }));
    }

    /** What one field alone would have to say for another clause to take the lead.
     *
     * Yields {field, clause, says: [what], isAll}: what is {value}, {prefix}, {test, text},
     * {low, high} (pieces of a line; null for no end), or {missing: true}.
     */
    function alternatives(decided, today, names) {
      if (!decided.holds) return [];
      return names.flatMap((name) => ofField(decided, today, name));
    }

    function ofField(decided, today, name) {
      // What a field would have to say beside another follows from both: nothing is told of it.
      // So it is where a text falls: others that begin like it fall otherwise.
      const isTied = ({ kind, field, than }) =>
        (kind === "standing" && [field, than].includes(name)) || (kind === "slice" && field === name);
      if (plan.columns.some(isTied)) return [];
      const columns = plan.columns.map((column, at) => ({ column, at })).filter(({ column }) => column.field === name);
      if (!columns.length) return [];
      const tried = candidates(columns.map(({ column }) => column), data.fields.find((field) => field.name === name));
      const differing = columns.map(({ at }) => at);
      const by = new Map();
      for (const candidate of tried.slice(0, MOST_TRIED)) {
        const whole = Object.assign(Object.create(null), decided.whole);
        if (candidate.sample === undefined) delete whole[name];
        else whole[name] = candidate.age === undefined ? candidate.sample : dayBefore(today, candidate.age);
        const found = find.first(find.changed(decided.holds, whole, today, differing));
        if (found.unsure !== undefined || found.clause === decided.clause) continue;
        if (!by.has(found.clause)) by.set(found.clause, []);
        by.get(found.clause).push(candidate.says);
      }
      const isAll = tried.length <= MOST_TRIED;
      return [...by].map(([clause, says]) => ({ field: name, clause, says: joined(says), isAll }));
    }

    /** Of each question whose part may let a lead out again, whether the lead comes into it. */
    function entered(decided, today) {
      if (!questions) return [];
      return questions.each(questions.held(questions.classes(decided.whole, today)));
    }

    return { decide, refusals, alternatives, entered, answerOf, read: lead };
  }

  function dayBefore(today, days) {
    const at = new Date((dayNumber(today) - days) * 86400000);
    return at.toISOString().slice(0, 10);
  }

  /** Values of a field that its columns tell apart, one of each kind, with what they say. */
  function candidates(columns, field) {
    const found = [];
    for (const column of columns) {
      if (column.kind === "list" && column.field.includes(" "))
        for (const value of [true, false]) found.push({ sample: value, says: { value } });
      else if (column.kind === "list")
        for (const value of column.values) found.push({ sample: value, says: { value } });
      else if (column.kind === "text") {
        for (const text of column.literals) found.push({ sample: text, says: { value: text } });
        for (const prefix of column.prefixes) found.push({ sample: prefix, says: { prefix } });
      } else if (column.kind === "test" && column.test === "has")
        found.push({ sample: [column.text], says: { value: column.text } });
      else if (column.kind === "test" && column.test !== "matches")
        found.push({ sample: column.text, says: { test: column.test, text: column.text } });
    }
    found.push(...pieces(columns, field));
    if (field && !field.required) found.push({ sample: undefined, says: { missing: true } });
    return found;
  }

  function pieces(columns, field) {
    const whole = columns.find(({ kind, is_age: isAge }) => kind === "whole" && !isAge);
    if (whole) {
      const ends = [field.low ?? null, ...whole.cuts, null];
      return whole.classes.map((_, at) => ({
        sample: at === 0 ? decimal(BigInt(whole.cuts[0] ?? (ends[0] ?? 0) + 1) - 1n) : decimal(whole.cuts[at - 1]),
        says: { low: at ? String(whole.cuts[at - 1]) : textOf(ends[0]), high: at < whole.cuts.length ? String(whole.cuts[at] - 1) : null },
      }));
    }
    const days = columns.find(({ kind, is_age: isAge }) => kind === "days" && !isAge);
    if (days && days.cuts.length)
      return days.classes.map((_, at) => ({
        sample: at ? days.cuts[at - 1] : dayBefore(days.cuts[0], 1),
        says: { low: at ? days.cuts[at - 1] : null, high: at < days.cuts.length ? dayBefore(days.cuts[at], 1) : null },
      }));
    const age = columns.find(({ is_age: isAge }) => isAge);
    if (age && age.cuts.length)
      return age.classes.map((_, at) => ({
        sample: true,
        age: at ? age.cuts[at - 1] : age.cuts[0] - 1,
        says: { from: at ? age.cuts[at - 1] : null, to: at < age.cuts.length ? age.cuts[at] - 1 : null },
      }));
    const dense = columns.find(({ kind }) => kind === "decimal");
    return dense ? densePieces(dense) : [];
  }

  /** A piece between two cuts, by a number in it: an end that belongs to it, or the middle. */
  function densePieces(column) {
    const cuts = column.cuts.map(([number, side]) => ({ number: decimal(number), side }));
    const one = decimal(1);
    const plus = (left, right, by) => {
      const scale = Math.max(left.scale, right.scale) + 1;
      const wide = ({ digits, scale: own }) => digits * 10n ** BigInt(scale - own);
      return decimal(shownNumber({ digits: (wide(left) + wide(right)) / by, scale }));
    };
    return column.classes.map((_, at) => {
      const low = cuts[at - 1];
      const high = cuts[at];
      let sample = decimal(0);
      if (low && low.side === 0) sample = low.number;
      else if (high && high.side === 1) sample = high.number;
      else if (low && high) sample = plus(low.number, high.number, 2n);
      else if (low) sample = plus(low.number, one, 1n);
      else if (high) sample = plus(high.number, decimal(-1), 1n);
      const end = (cut, isLow) => cut && { text: shownNumber(cut.number), isIn: (cut.side === 0) === isLow };
      return { sample, says: { above: end(low, true) ?? null, below: end(high, false) ?? null } };
    });
  }

  const textOf = (value) => (value === null ? null : String(value));

  /** Neighbouring pieces of a line as one. */
  function joined(says) {
    const found = [];
    for (const next of says) {
      const last = found[found.length - 1];
      if (last && next.low !== undefined && last.high !== undefined && last.high !== null && isNext(last.high, next.low))
        last.high = next.high;
      else found.push({ ...next });
    }
    return found;
  }

  function isNext(end, start) {
    if (start === null) return false;
    if (/^-?[0-9]+$/.test(end)) return BigInt(end) + 1n === BigInt(start);
    return dayNumber(end) + 1 === dayNumber(start);
  }

  root.turnoutEvaluator = { evaluator, UNSURE, shownNumber };
})(globalThis);
