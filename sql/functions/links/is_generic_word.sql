-- Does this word of a name say next to nothing about whose it is? Departments, ranks and what half
-- of all companies call themselves, as company_key writes them.
create or replace function is_generic_word(word text) returns boolean
    language sql immutable parallel safe
    set search_path from current
as $$
    select word = any (
        '{
            support, sales, admin, administration, test, testing, tests, demo, sandbox,
            marketing, office, info, contact, help, helpdesk, desk, billing, accounts, account,
            accounting, finance, fin, hr, it, ops, operations, dev, development, staging, qa,
            trial, internal, external, customer, customers, client, clients, success, service,
            svc, main, default, new, old, staff, users, user, members, my, our, company,
            business, department, dept, division, unit, branch, hq, headquarters, global,
            worldwide, intl, regional, corporate, grp, hldg, solu, sys, tech, mgmt, consult,
            ptnr, ent, ind, org, agency, emea, apac, latam, dach, vertrieb, verkauf, einkauf,
            buchhaltung, verwaltung, kunden, kundendienst, kundenservice, zentrale, ventes,
            commercial, administracion, ventas, soporte, prueba, vendas, vendite,
            amministrazione, assistenza, verkoop, sprzedaz, online, digital, web, www, app,
            cloud, data, software, media, lab, studio, studios
        }'::text[]
    )
$$;
