package accounts

// In every statement $1 is the programme, or the installation, unless it must
// look over all programmes: such a one says why.
const (
	sqlInsertIdentityKey = `INSERT INTO identity_key (programme_id, fingerprint) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	sqlIdentityKey       = `SELECT fingerprint FROM identity_key WHERE programme_id = $1`
)

// People.
const (
	sqlPerson = `SELECT id, number, name, login, email, phone, admin, erased_at FROM person WHERE programme_id = $1 AND `

	sqlPersonByNumber      = sqlPerson + `number = $2`
	sqlPersonByID          = sqlPerson + `id = $2`
	sqlPeopleIn            = sqlPerson + `id IN `
	sqlAdministrators      = sqlPerson + `admin ORDER BY number`
	sqlCountAdministrators = `SELECT COUNT(*) FROM person WHERE programme_id = $1 AND admin`
	sqlAdministrator       = `SELECT id FROM person WHERE programme_id = $1 AND admin ORDER BY number LIMIT 1`
	sqlCountLogin          = `SELECT COUNT(*) FROM person WHERE programme_id = $1 AND login_mac = $2`
	sqlCredentials         = `SELECT id, password FROM person WHERE programme_id = $1 AND login_mac = $2`
	sqlCredentialsOf       = `SELECT number, login_mac, login FROM person WHERE programme_id = $1 AND id = $2`

	sqlInsertPerson = `INSERT INTO person (programme_id, id, number, name, login, login_mac, email, phone, password, created_at, admin)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, FALSE)`
	sqlSetPassword = `UPDATE person SET password = $3 WHERE programme_id = $1 AND id = $2`
	sqlMakeAdmin   = `UPDATE person SET admin = TRUE WHERE programme_id = $1 AND id = $2`
	sqlErasePerson = `UPDATE person SET name = NULL, login = NULL, login_mac = NULL, email = NULL, phone = NULL, password = NULL,
		admin = FALSE, erased_at = $3 WHERE programme_id = $1 AND id = $2`
)

// Sessions.
const (
	// Whether somebody is staff anywhere decides the idle time, so it looks over all programmes, once a sign-in.
	sqlInsertSession = `INSERT INTO session (programme_id, id, person_id, token_hash, created_at, renewed_at, seen_at, staff, renew, device)
		SELECT p.programme_id, CAST($2 AS TEXT), p.id, CAST($4 AS TEXT), CAST($5 AS BIGINT), CAST($5 AS BIGINT), CAST($5 AS BIGINT),
			p.admin OR EXISTS (SELECT 1 FROM role_grant g WHERE g.person_id = p.id AND g.revoked_at IS NULL AND g.role <> 'participant'),
			FALSE, CAST($6 AS TEXT)
		FROM person p WHERE p.programme_id = $1 AND p.id = $3 AND p.erased_at IS NULL`
	sqlSession = `SELECT s.id, s.person_id, s.created_at, s.renewed_at, s.seen_at, s.staff, s.renew, s.device, s.token_hash = $2, p.name, p.admin
		FROM session s JOIN person p ON p.programme_id = s.programme_id AND p.id = s.person_id
		WHERE s.programme_id = $1 AND (s.token_hash = $2 OR s.previous_hash = $2)`
	sqlSessions          = `SELECT id, created_at, seen_at, staff, device FROM session WHERE programme_id = $1 AND person_id = $2 ORDER BY seen_at DESC, id`
	sqlTouchSession      = `UPDATE session SET seen_at = $3 WHERE programme_id = $1 AND id = $2`
	sqlRenewSession      = `UPDATE session SET previous_hash = token_hash, token_hash = $3, renewed_at = $4, renew = FALSE WHERE programme_id = $1 AND token_hash = $2`
	sqlMarkRenew         = `UPDATE session SET renew = TRUE, staff = (staff OR $3) WHERE programme_id = $1 AND person_id = $2`
	sqlDeleteSession     = `DELETE FROM session WHERE programme_id = $1 AND person_id = $2 AND id = $3`
	sqlDeleteSessionsBut = `DELETE FROM session WHERE programme_id = $1 AND person_id = $2 AND id <> $3`
	sqlDeleteSessionsOf  = `DELETE FROM session WHERE programme_id = $1 AND person_id = $2`

	sqlDeleteSessionByToken = `DELETE FROM session WHERE programme_id = $1 AND (token_hash = $2 OR previous_hash = $2)`
	sqlDeleteEndedSessions  = `DELETE FROM session WHERE programme_id = $1 AND ((staff AND seen_at < $2) OR seen_at < $3)`
)

// Codes for a new password.
const (
	sqlInsertReset       = `INSERT INTO password_reset (programme_id, code_hash, person_id, expires_at) VALUES ($1, $2, $3, $4)`
	sqlReset             = `SELECT person_id, expires_at, used_at FROM password_reset WHERE programme_id = $1 AND code_hash = $2`
	sqlUseReset          = `UPDATE password_reset SET used_at = $3 WHERE programme_id = $1 AND code_hash = $2 AND used_at IS NULL AND expires_at > $3`
	sqlDeleteResets      = `DELETE FROM password_reset WHERE programme_id = $1 AND person_id = $2`
	sqlDeleteEndedResets = `DELETE FROM password_reset WHERE programme_id = $1 AND expires_at < $2`
)

// sqlScopeIn keeps grants or invitations to some pairs of unit and axis.
const sqlScopeIn = `(unit, axis) IN (VALUES %s)`

// Grants.
const (
	sqlInsertGrant = `INSERT INTO role_grant (programme_id, id, number, person_id, role, unit, axis, organisation, college, granted_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	sqlGrant             = `SELECT person_id, role, unit, axis, organisation, college FROM role_grant WHERE programme_id = $1 AND number = $2`
	sqlRevokeGrant       = `UPDATE role_grant SET revoked_at = $3 WHERE programme_id = $1 AND number = $2 AND revoked_at IS NULL`
	sqlCountCoordinators = `SELECT COUNT(*) FROM role_grant WHERE programme_id = $1 AND role = 'coordinator' AND unit = '' AND axis = '' AND revoked_at IS NULL`

	sqlGrants      = `SELECT person_id, id, role, unit, axis, organisation, college, number, granted_at FROM role_grant WHERE programme_id = $1 AND revoked_at IS NULL AND `
	sqlGrantsOf    = sqlGrants + `person_id = $2 ORDER BY number`
	sqlStaffGrants = sqlGrants + `role <> 'participant' ORDER BY number`
	// %s is sqlScopeIn: what the actor manages.
	sqlParticipants   = sqlGrants + `role = 'participant' AND %s ORDER BY number LIMIT $2 OFFSET $3`
	sqlCountByCollege = `SELECT college, COUNT(*) FROM role_grant WHERE programme_id = $1 AND revoked_at IS NULL AND role = 'participant' AND %s GROUP BY college`
	sqlGrantScopes    = `SELECT DISTINCT unit, axis FROM role_grant WHERE programme_id = $1`

	// One person's roles wherever they are: for that person, for an erasure, and to keep a
	// coordinator from resetting the password of somebody who works elsewhere too.
	sqlOwnGrants = `SELECT programme_id, role, unit, axis, organisation, college FROM role_grant WHERE person_id = $1 AND revoked_at IS NULL ORDER BY programme_id, number`
	// The demo's person of a role, in whichever programme.
	sqlPersonOfRole = `SELECT person_id FROM role_grant WHERE role = $1 AND revoked_at IS NULL ORDER BY granted_at, id LIMIT 1`
)

const invitationColumns = 13

// Invitations.
const (
	sqlInsertInvitations = `INSERT INTO invitation (programme_id, number, serial, batch_id, code_hash, role, unit, axis, organisation, college,
		addressee, created_at, expires_at) VALUES `
	// A code is typed without its programme, so this looks over all of them.
	sqlInvitationByCode = `SELECT programme_id, number, serial, role, unit, axis, organisation, college, expires_at, accepted_by, revoked_at
		FROM invitation WHERE code_hash = $1`
	sqlInvitationBatch = `SELECT number, role, unit, axis, organisation, college, addressee, created_at, expires_at, serial
		FROM invitation WHERE programme_id = $1 AND batch_id = $2 ORDER BY serial DESC LIMIT 1`
	sqlInvitationGrant  = `SELECT role, unit, axis, organisation, college FROM invitation WHERE programme_id = $1 AND number = $2 AND serial = 1`
	sqlAcceptInvitation = `UPDATE invitation SET accepted_at = $4, accepted_by = $5
		WHERE programme_id = $1 AND number = $2 AND serial = $3 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $4`
	sqlRevokeInvitation = `UPDATE invitation SET revoked_at = $4
		WHERE programme_id = $1 AND number = $2 AND (serial = $3 OR CAST($3 AS BIGINT) = 0) AND accepted_at IS NULL AND revoked_at IS NULL`
	sqlInvitations = `SELECT number, MIN(role), MIN(unit), MIN(axis), MIN(organisation), MIN(college), MIN(addressee), MIN(batch_id),
		MIN(created_at), MIN(expires_at), COUNT(*), COUNT(accepted_at), COUNT(revoked_at), COUNT(*) OVER ()
		FROM invitation WHERE programme_id = $1 AND %s GROUP BY number ORDER BY number DESC LIMIT $2 OFFSET $3`
	sqlInvitationScopes = `SELECT DISTINCT unit, axis FROM invitation WHERE programme_id = $1`
	sqlEraseAddressee   = `UPDATE invitation SET addressee = NULL WHERE programme_id = $1 AND accepted_by = $2 AND addressee IS NOT NULL`
)

// Erasing reaches into the log itself: the leaves keep their commitments.
const sqlErasePersonParts = `UPDATE change SET person_salt = NULL, person_body = NULL
	WHERE programme_id = $1 AND n >= $2 AND n < $3 AND person_body LIKE $4`

// Organisations.
const (
	sqlOrganisations      = `SELECT id, home, key, kind, name_ar, name_fr, name_en, version FROM organisation WHERE programme_id = $1`
	sqlInsertOrganisation = `INSERT INTO organisation (programme_id, id, home, key, kind, name_ar, name_fr, name_en, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)`
	sqlRenameOrganisation = `UPDATE organisation SET name_ar = $4, name_fr = $5, name_en = $6, version = version + 1
		WHERE programme_id = $1 AND id = $2 AND version = $3`
)
